package com.example.shortener;

import java.net.URI;
import java.nio.charset.StandardCharsets;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.util.UriUtils;

/** The pool of connections. Whatever needs the database asks for a {@code JdbcClient} in its constructor. */
@Configuration(proxyBeanMethods = false)
class Database {

    /** DATABASE_URL is postgresql://user:password@host:port/name; JDBC wants user and password apart. */
    @Bean
    DataSource dataSource(@Value("${DATABASE_URL}") URI url) {
        String[] login = url.getRawUserInfo().split(":", 2);
        String address = url.getRawAuthority().substring(url.getRawUserInfo().length() + 1);
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();

        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:postgresql://" + address + url.getRawPath() + query);
        pool.setUsername(UriUtils.decode(login[0], StandardCharsets.UTF_8));
        pool.setPassword(UriUtils.decode(login[1], StandardCharsets.UTF_8));
        return pool;
    }
}
