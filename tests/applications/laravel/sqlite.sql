-- Laravel's tables, as its published migrations make them on SQLite (read in 2026):
--   laravel/laravel 8a119d7f, database/migrations/0001_01_01_000000_create_users_table.php
--   laravel/sanctum 41097ec5, database/migrations/2019_12_14_000001_create_personal_access_tokens_table.php
--   spatie/laravel-permission 4a21798c, database/migrations/create_permission_tables.php.stub (roles only, no teams)
-- in the words of laravel/framework bd71b45f, src/Illuminate/Database/Schema/Grammars/SQLiteGrammar.php.
-- What follows the roles is a site's own migration: Laravel keeps no citizen numbers.

create table "users" (
  "id" integer primary key autoincrement not null,
  "name" varchar not null,
  "email" varchar not null,
  "email_verified_at" datetime,
  "password" varchar not null,
  "remember_token" varchar,
  "created_at" datetime,
  "updated_at" datetime
);
create unique index "users_email_unique" on "users" ("email");
create table "password_reset_tokens" (
  "email" varchar not null,
  "token" varchar not null,
  "created_at" datetime,
  primary key ("email")
);
create table "sessions" (
  "id" varchar not null,
  "user_id" integer,
  "ip_address" varchar,
  "user_agent" text,
  "payload" text not null,
  "last_activity" integer not null,
  primary key ("id")
);
create index "sessions_user_id_index" on "sessions" ("user_id");
create index "sessions_last_activity_index" on "sessions" ("last_activity");
create table "personal_access_tokens" (
  "id" integer primary key autoincrement not null,
  "tokenable_type" varchar not null,
  "tokenable_id" integer not null,
  "name" varchar not null,
  "token" varchar not null,
  "abilities" text,
  "last_used_at" datetime,
  "expires_at" datetime,
  "created_at" datetime,
  "updated_at" datetime
);
create unique index "personal_access_tokens_token_unique" on "personal_access_tokens" ("token");
create index "personal_access_tokens_tokenable_type_tokenable_id_index" on "personal_access_tokens" ("tokenable_type", "tokenable_id");
create table "roles" (
  "id" integer primary key autoincrement not null,
  "name" varchar not null,
  "guard_name" varchar not null,
  "created_at" datetime,
  "updated_at" datetime
);
create unique index "roles_name_guard_name_unique" on "roles" ("name", "guard_name");
create table "model_has_roles" (
  "role_id" integer not null,
  "model_type" varchar not null,
  "model_id" integer not null,
  foreign key("role_id") references "roles"("id") on delete cascade,
  primary key ("role_id", "model_id", "model_type")
);
create index "model_has_roles_model_id_model_type_index" on "model_has_roles" ("model_id", "model_type");
alter table "users" add column "citizen_id" varchar;
alter table "users" add column "unit" varchar;
