package com.example.auth.database;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import javax.sql.DataSource;

import com.example.auth.Settings;
import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.util.UriUtils;

/** The pool of connections. Whatever needs the database asks for a {@code JdbcClient} in its constructor. */
@Configuration(proxyBeanMethods = false)
class Database {

    /** How long a request waits for a connection, and then for an answer, before the database counts as away. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** DATABASE_URL is postgresql://user:password@host:port/name; JDBC wants user and password apart. */
    @Bean
    DataSource dataSource(Settings settings) {
        URI url = settings.databaseUrl();
        String[] login = url.getRawUserInfo().split(":", 2);
        String address = url.getRawAuthority().substring(url.getRawUserInfo().length() + 1);
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();

        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:postgresql://" + address + url.getRawPath() + query);
        pool.setUsername(UriUtils.decode(login[0], StandardCharsets.UTF_8));
        pool.setPassword(UriUtils.decode(login[1], StandardCharsets.UTF_8));
        stayUpWithoutDatabase(pool);
        return pool;
    }

    private static void stayUpWithoutDatabase(HikariDataSource pool) {
        pool.setInitializationFailTimeout(-1);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(PATIENCE.toMillis());
        pool.setValidationTimeout(PATIENCE.toMillis() / 2);
        pool.addDataSourceProperty("connectTimeout", PATIENCE.toSeconds());
        pool.addDataSourceProperty("socketTimeout", PATIENCE.toSeconds());
    }
}
