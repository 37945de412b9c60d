-- Laravel's tables, as its published migrations make them on MariaDB (read in 2026):
--   laravel/laravel 8a119d7f, database/migrations/0001_01_01_000000_create_users_table.php
--   laravel/sanctum 41097ec5, database/migrations/2019_12_14_000001_create_personal_access_tokens_table.php
--   spatie/laravel-permission 4a21798c, database/migrations/create_permission_tables.php.stub (roles only, no teams)
-- in the words of laravel/framework bd71b45f, src/Illuminate/Database/Schema/Grammars/MySqlGrammar.php (and MariaDbGrammar.php).
-- What follows the roles is a site's own migration: Laravel keeps no citizen numbers.

create table `users` (
  `id` bigint unsigned not null auto_increment primary key,
  `name` varchar(255) not null,
  `email` varchar(255) not null,
  `email_verified_at` timestamp null,
  `password` varchar(255) not null,
  `remember_token` varchar(100) null,
  `created_at` timestamp null,
  `updated_at` timestamp null
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `users` add unique `users_email_unique`(`email`);
create table `password_reset_tokens` (
  `email` varchar(255) not null,
  `token` varchar(255) not null,
  `created_at` timestamp null,
  primary key (`email`)
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
create table `sessions` (
  `id` varchar(255) not null,
  `user_id` bigint unsigned null,
  `ip_address` varchar(45) null,
  `user_agent` text null,
  `payload` longtext not null,
  `last_activity` int not null,
  primary key (`id`)
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `sessions` add index `sessions_user_id_index`(`user_id`);
alter table `sessions` add index `sessions_last_activity_index`(`last_activity`);
create table `personal_access_tokens` (
  `id` bigint unsigned not null auto_increment primary key,
  `tokenable_type` varchar(255) not null,
  `tokenable_id` bigint unsigned not null,
  `name` varchar(255) not null,
  `token` varchar(64) not null,
  `abilities` text null,
  `last_used_at` timestamp null,
  `expires_at` timestamp null,
  `created_at` timestamp null,
  `updated_at` timestamp null
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `personal_access_tokens` add unique `personal_access_tokens_token_unique`(`token`);
alter table `personal_access_tokens` add index `personal_access_tokens_tokenable_type_tokenable_id_index`(`tokenable_type`, `tokenable_id`);
create table `roles` (
  `id` bigint unsigned not null auto_increment primary key,
  `name` varchar(255) not null,
  `guard_name` varchar(255) not null,
  `created_at` timestamp null,
  `updated_at` timestamp null
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `roles` add unique `roles_name_guard_name_unique`(`name`, `guard_name`);
create table `model_has_roles` (
  `role_id` bigint unsigned not null,
  `model_type` varchar(255) not null,
  `model_id` bigint unsigned not null,
  primary key (`role_id`, `model_id`, `model_type`)
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `model_has_roles` add index `model_has_roles_model_id_model_type_index`(`model_id`, `model_type`);
alter table `model_has_roles` add constraint `model_has_roles_role_id_foreign` foreign key (`role_id`) references `roles` (`id`) on delete cascade;
alter table `users` add `citizen_id` varchar(13) null, add `unit` varchar(255) null;
