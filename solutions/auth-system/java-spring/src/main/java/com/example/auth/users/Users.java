package com.example.auth.users;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of users. */
@Repository
public class Users {

    private final JdbcClient database;

    Users(JdbcClient database) {
        this.database = database;
    }

    /** Add a user, or nobody if the address has an account. Only the database sees two of them come together. */
    public Optional<User> add(String email, String name, String passwordHash) {
        return database.sql("""
                INSERT INTO users (email, email_key, name, password_hash) VALUES (:email, :key, :name, :hash)
                ON CONFLICT (email_key) DO NOTHING RETURNING *
                """)
                .param("email", email).param("key", EmailKey.of(email)).param("name", name).param("hash", passwordHash)
                .query(Users::user).optional();
    }

    public Optional<User> find(UUID id) {
        return database.sql("SELECT * FROM users WHERE id = :id").param("id", id).query(Users::user).optional();
    }

    public Optional<User> findByEmail(String email) {
        return database.sql("SELECT * FROM users WHERE email_key = :key").param("key", EmailKey.of(email))
                .query(Users::user).optional();
    }

    /** Find who asks: a user who may, in a session that goes on. A token that we did not make may name no session. */
    public Optional<User> findInSession(UUID id, UUID session) {
        return database.sql("""
                SELECT * FROM users u WHERE id = :id AND NOT disabled AND (CAST(:session AS uuid) IS NULL OR EXISTS (
                    SELECT FROM sessions s WHERE s.id = :session AND s.user_id = u.id AND s.ended_at IS NULL))
                """)
                .param("id", id).param("session", session).query(Users::user).optional();
    }

    /** List users in the order of their ids, those after an id if one is given. */
    public List<User> list(UUID after, int limit) {
        return database.sql("""
                SELECT * FROM users WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :limit
                """)
                .param("after", after).param("limit", limit).query(Users::user).list();
    }

    public User rename(UUID id, String name) {
        return database.sql("UPDATE users SET name = :name WHERE id = :id RETURNING *")
                .param("name", name).param("id", id).query(Users::user).single();
    }

    public void verifyEmail(UUID id) {
        database.sql("UPDATE users SET email_verified = true WHERE id = :id").param("id", id).update();
    }

    public void setPassword(UUID id, String hash) {
        database.sql("UPDATE users SET password_hash = :hash WHERE id = :id")
                .param("hash", hash).param("id", id).update();
    }

    /** Change what is not null; nobody if there is no such user. */
    public Optional<User> change(UUID id, Boolean disabled, List<String> roles) {
        return database.sql("""
                UPDATE users SET disabled = coalesce(:disabled, disabled), roles = coalesce(:roles, roles)
                WHERE id = :id RETURNING *
                """)
                .param("disabled", disabled).param("roles", roles == null ? null : roles.toArray(String[]::new))
                .param("id", id).query(Users::user).optional();
    }

    public static User user(ResultSet row, int number) throws SQLException {
        return new User(
                row.getObject("id", UUID.class),
                row.getString("email"),
                row.getString("name"),
                row.getString("password_hash"),
                row.getBoolean("email_verified"),
                List.of((String[]) row.getArray("roles").getArray()),
                row.getBoolean("disabled"),
                row.getBoolean("totp_active"),
                row.getObject("created_at", OffsetDateTime.class));
    }
}
