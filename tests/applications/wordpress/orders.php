<?php
// Carries out orders with WordPress' own functions: php orders.php FOLDER HOST < [{"do": NAME, ...}, ...]
// The last line of the output is the answers as JSON.
[, $folder, $host] = $argv;
$_SERVER['HTTP_HOST'] = $host;
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$orders = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
if ($orders[0]['do'] === 'install') {
    define('WP_INSTALLING', true);
}
require "$folder/wp-load.php";

class Orders
{
    public static function version(array $order)
    {
        return $GLOBALS['wp_version'];
    }

    public static function install(array $order)
    {
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        $made = wp_install('กรมตัวอย่าง', $order['login'], $order['email'], true, '', $order['password']);
        return $made['user_id'];
    }

    public static function network(array $order)
    {
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        foreach ($GLOBALS['wpdb']->tables('ms_global') as $table => $name) {
            $GLOBALS['wpdb']->$table = $name;
        }
        install_network();
        $made = populate_network(1, $_SERVER['HTTP_HOST'], $order['email'], 'กรมตัวอย่าง', '/', false);
        // Its addresses have no names in the DNS, which is no fault of a network of folders.
        if (is_wp_error($made) && $made->get_error_code() !== 'no_wildcard_dns') {
            self::demand($made);
        }
        return true;
    }

    public static function blog(array $order)
    {
        return self::demand(wpmu_create_blog($_SERVER['HTTP_HOST'], $order['path'], $order['title'], $order['user']));
    }

    public static function create_user(array $order)
    {
        return self::demand(wp_insert_user($order['user']));
    }

    public static function add_to_blog(array $order)
    {
        return self::demand(add_user_to_blog($order['blog'], $order['user'], $order['role']));
    }

    public static function application_password(array $order)
    {
        $made = WP_Application_Passwords::create_new_application_password($order['user'], ['name' => 'phone']);
        return self::demand($made)[0];
    }

    public static function reset_key(array $order)
    {
        return self::demand(get_password_reset_key(get_user_by('id', $order['user'])));
    }

    public static function roles(array $order)
    {
        return array_values((new WP_User($order['user'], '', $order['blog'] ?? 0))->roles);
    }

    public static function administrators(array $order)
    {
        return array_map('intval', get_users(['role' => 'administrator', 'fields' => 'ID']));
    }

    public static function set_role(array $order)
    {
        (new WP_User($order['user']))->set_role($order['role']);
        return true;
    }

    public static function grant_super_admin(array $order)
    {
        return grant_super_admin($order['user']);
    }

    public static function only_super_admin(array $order)
    {
        return update_site_option('site_admins', [get_user_by('id', $order['user'])->user_login]);
    }

    public static function can(array $order)
    {
        return user_can($order['user'], $order['what']);
    }

    public static function password_fits(array $order)
    {
        return wp_check_password($order['password'], $order['hash'], $order['user'] ?? '');
    }

    private static function demand($result)
    {
        if (is_wp_error($result)) {
            throw new RuntimeException($result->get_error_message());
        }
        return $result;
    }
}

$answers = [];
foreach ($orders as $order) {
    $answers[] = Orders::{$order['do']}($order);
}
echo "\n", json_encode($answers, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
