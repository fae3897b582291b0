package com.example.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

import com.example.auth.web.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Makes the tables and the first administrator before the web server listens. If the database is away at that moment,
 * the first request that finds it makes up for it.
 */
@Component
class Preparation implements SmartLifecycle, HandlerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
    private static final ClassPathResource SCHEMA = new ClassPathResource("schema.sql");
    /** Any number, as long as all instances take the same. */
    private static final long LOCK = 5_217_204_711L;

    private final JdbcTemplate database;
    private final TransactionTemplate transaction;
    private final FirstAdministrator administrator;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean done;

    Preparation(JdbcTemplate database, TransactionTemplate transaction, FirstAdministrator administrator) {
        this.database = database;
        this.transaction = transaction;
        this.administrator = administrator;
    }

    @Override
    public void start() {
        try {
            prepare();
        } catch (DataAccessException | TransactionException exception) {
            LOG.warn("the database is not prepared yet: {}", exception.getMessage());
        }
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (done) {
            return true;
        }
        // One at a time: nobody has to wait for a database that somebody else is waiting for.
        if (!turn.tryLock()) {
            throw Problem.of(HttpStatus.SERVICE_UNAVAILABLE);
        }
        try {
            prepare();
        } finally {
            turn.unlock();
        }
        return true;
    }

    private void prepare() {
        transaction.executeWithoutResult(status -> {
            // Two instances that start together would trip over each other's CREATE TABLE IF NOT EXISTS.
            database.query("SELECT pg_advisory_xact_lock(?)", row -> { }, LOCK);
            database.execute(schema());
            administrator.appoint();
        });
        done = true;
    }

    private static String schema() {
        try {
            return SCHEMA.getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    @Override
    public void stop() {
        // Nothing was begun that has to end.
    }

    @Override
    public boolean isRunning() {
        return done;
    }

    /** Come before the web server, which is among the last. */
    @Override
    public int getPhase() {
        return 0;
    }
}
