package com.example.auth;

import com.example.auth.passwords.PasswordHasher;
import com.example.auth.users.EmailKey;
import com.example.auth.users.Role;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The administrator that the environment names. */
@Component
class FirstAdministrator {

    private final Settings settings;
    private final PasswordHasher hasher;
    private final JdbcClient database;

    FirstAdministrator(Settings settings, PasswordHasher hasher, JdbcClient database) {
        this.settings = settings;
        this.hasher = hasher;
        this.database = database;
    }

    /** Give the account the role, and make the account if there is none. Its password is changed by its owner only. */
    void appoint() {
        String key = EmailKey.of(settings.adminEmail());
        boolean there = database.sql("SELECT EXISTS (SELECT FROM users WHERE email_key = :key)").param("key", key)
                .query(Boolean.class).single();
        if (there) {
            promote(key);
        } else {
            add(key);
        }
    }

    private void promote(String key) {
        database.sql("""
                UPDATE users SET roles = roles || CAST(:role AS text) WHERE email_key = :key AND NOT :role = ANY (roles)
                """)
                .param("role", Role.ADMIN).param("key", key).update();
    }

    private void add(String key) {
        database.sql("""
                INSERT INTO users (email, email_key, password_hash, email_verified, roles)
                VALUES (:email, :key, :hash, true, :roles)
                ON CONFLICT (email_key) DO UPDATE SET roles = excluded.roles
                """)
                .param("email", settings.adminEmail()).param("key", key)
                .param("hash", hasher.hash(settings.adminPassword()))
                .param("roles", Role.ALL.toArray(String[]::new)).update();
    }
}
