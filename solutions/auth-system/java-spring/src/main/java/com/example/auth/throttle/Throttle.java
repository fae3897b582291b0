package com.example.auth.throttle;

import java.util.Optional;

import com.example.auth.Settings;
import com.example.auth.web.Problem;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts failures for each account, and locks it for a while when there are too many. An account is an address that was
 * typed, so that one without a user is locked just the same. What a client can invent, such as X-Forwarded-For, plays
 * no part.
 */
@Component
public class Throttle {

    private final Settings settings;
    private final JdbcClient database;

    Throttle(Settings settings, JdbcClient database) {
        this.settings = settings;
        this.database = database;
    }

    /** Go on only if the account is not locked. */
    public void check(String account) {
        Optional<Integer> seconds = database.sql("""
                SELECT CAST(ceil(extract(epoch FROM locked_until - now())) AS integer)
                FROM failures WHERE account = :account AND locked_until > now()
                """)
                .param("account", account).query(Integer.class).optional();
        if (seconds.isPresent()) {
            throw locked(seconds.get());
        }
    }

    /**
     * Count a failure. One statement looks and counts, so that guesses that come together are all counted; those that
     * were begun before the lock and fail after it are told of the lock. With the lock the count is back at nought,
     * ready for what comes after it.
     */
    public void countFailure(String account) {
        boolean counted = database.sql("""
                INSERT INTO failures AS seen (account, count, locked_until)
                VALUES (:account, 1, CASE WHEN :most <= 1 THEN now() + make_interval(secs => :seconds) END)
                ON CONFLICT (account) DO UPDATE SET
                    count = CASE WHEN seen.count + 1 < :most THEN seen.count + 1 ELSE 0 END,
                    locked_until = CASE WHEN seen.count + 1 >= :most THEN now() + make_interval(secs => :seconds) END
                WHERE seen.locked_until IS NULL OR seen.locked_until <= now()
                """)
                .param("account", account).param("most", settings.loginMaxFailures())
                .param("seconds", settings.lockout().toSeconds()).update() == 1;
        if (!counted) {
            check(account);
        }
    }

    /** Forget the failures of an account after a success; a lock stays. */
    public void forget(String account) {
        database.sql("""
                DELETE FROM failures WHERE account = :account AND (locked_until IS NULL OR locked_until <= now())
                """)
                .param("account", account).update();
    }

    private static Problem locked(int seconds) {
        return Problem.of(HttpStatus.TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts")
                .with(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
    }
}
