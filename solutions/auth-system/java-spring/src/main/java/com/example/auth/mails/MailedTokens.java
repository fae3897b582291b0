package com.example.auth.mails;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

import com.example.auth.Settings;
import com.example.auth.secrets.Secret;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Tokens that are sent by mail: they work once, for a while, and only the newest of its purpose. */
@Repository
public class MailedTokens {

    /** What a token is good for; the names stand in the database. */
    public enum Purpose { VERIFY, RESET }

    private final Settings settings;
    private final JdbcClient database;

    MailedTokens(Settings settings, JdbcClient database) {
        this.settings = settings;
        this.database = database;
    }

    /** Make a token, which ends the one before it. */
    public String issue(UUID user, Purpose purpose) {
        String token = Secret.draw();
        database.sql("""
                INSERT INTO mailed_tokens (user_id, purpose, hash, expires_at)
                VALUES (:user, :purpose, :hash, now() + make_interval(secs => :seconds))
                ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
                """)
                .param("user", user).param("purpose", purpose.name()).param("hash", Secret.hash(token))
                .param("seconds", lifetime(purpose).toSeconds()).update();
        return token;
    }

    /**
     * Use a token up and return whose it was. One statement, so that of ten that come together one wins; the others do
     * not wait for what the winner does in the same transaction. If that fails the token is good again.
     */
    public Optional<UUID> use(String token, Purpose purpose) {
        return database.sql("""
                DELETE FROM mailed_tokens WHERE hash = (
                    SELECT hash FROM mailed_tokens WHERE hash = :hash AND purpose = :purpose AND expires_at > now()
                    FOR UPDATE SKIP LOCKED)
                RETURNING user_id
                """)
                .param("hash", Secret.hash(token)).param("purpose", purpose.name()).query(UUID.class).optional();
    }

    private Duration lifetime(Purpose purpose) {
        return switch (purpose) {
            case VERIFY -> settings.verifyTokenTtl();
            case RESET -> settings.resetTokenTtl();
        };
    }
}
