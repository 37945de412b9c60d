-- Laravel's tables, as its published migrations make them on PostgreSQL (read in 2026):
--   laravel/laravel 8a119d7f, database/migrations/0001_01_01_000000_create_users_table.php
--   laravel/sanctum 41097ec5, database/migrations/2019_12_14_000001_create_personal_access_tokens_table.php
--   spatie/laravel-permission 4a21798c, database/migrations/create_permission_tables.php.stub (roles only, no teams)
-- in the words of laravel/framework bd71b45f, src/Illuminate/Database/Schema/Grammars/PostgresGrammar.php.
-- What follows the roles is a site's own migration: Laravel keeps no citizen numbers.

create table "users" (
  "id" bigserial not null primary key,
  "name" varchar(255) not null,
  "email" varchar(255) not null,
  "email_verified_at" timestamp(0) without time zone null,
  "password" varchar(255) not null,
  "remember_token" varchar(100) null,
  "created_at" timestamp(0) without time zone null,
  "updated_at" timestamp(0) without time zone null
);
alter table "users" add constraint "users_email_unique" unique ("email");
create table "password_reset_tokens" (
  "email" varchar(255) not null,
  "token" varchar(255) not null,
  "created_at" timestamp(0) without time zone null
);
alter table "password_reset_tokens" add primary key ("email");
create table "sessions" (
  "id" varchar(255) not null,
  "user_id" bigint null,
  "ip_address" varchar(45) null,
  "user_agent" text null,
  "payload" text not null,
  "last_activity" integer not null
);
create index "sessions_user_id_index" on "sessions" ("user_id");
create index "sessions_last_activity_index" on "sessions" ("last_activity");
alter table "sessions" add primary key ("id");
create table "personal_access_tokens" (
  "id" bigserial not null primary key,
  "tokenable_type" varchar(255) not null,
  "tokenable_id" bigint not null,
  "name" varchar(255) not null,
  "token" varchar(64) not null,
  "abilities" text null,
  "last_used_at" timestamp(0) without time zone null,
  "expires_at" timestamp(0) without time zone null,
  "created_at" timestamp(0) without time zone null,
  "updated_at" timestamp(0) without time zone null
);
alter table "personal_access_tokens" add constraint "personal_access_tokens_token_unique" unique ("token");
create index "personal_access_tokens_tokenable_type_tokenable_id_index" on "personal_access_tokens" ("tokenable_type", "tokenable_id");
create table "roles" (
  "id" bigserial not null primary key,
  "name" varchar(255) not null,
  "guard_name" varchar(255) not null,
  "created_at" timestamp(0) without time zone null,
  "updated_at" timestamp(0) without time zone null
);
alter table "roles" add constraint "roles_name_guard_name_unique" unique ("name", "guard_name");
create table "model_has_roles" (
  "role_id" bigint not null,
  "model_type" varchar(255) not null,
  "model_id" bigint not null
);
create index "model_has_roles_model_id_model_type_index" on "model_has_roles" ("model_id", "model_type");
alter table "model_has_roles" add constraint "model_has_roles_role_id_foreign" foreign key ("role_id") references "roles" ("id") on delete cascade;
alter table "model_has_roles" add primary key ("role_id", "model_id", "model_type");
alter table "users" add column "citizen_id" varchar(13) null, add column "unit" varchar(255) null;
