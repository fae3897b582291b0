package com.example.auth;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;

/** What the environment tells the program; {@code application.properties} has the names it uses there. */
@ConfigurationProperties("auth")
public record Settings(
        URI databaseUrl,
        URI smtpUrl,
        String appBaseUrl,
        String secretKey,
        String jwtSecret,
        String jwtIssuer,
        String jwtAudience,
        @DurationUnit(ChronoUnit.SECONDS) Duration accessTokenTtl,
        @DurationUnit(ChronoUnit.SECONDS) Duration refreshTokenTtl,
        @DurationUnit(ChronoUnit.SECONDS) Duration verifyTokenTtl,
        @DurationUnit(ChronoUnit.SECONDS) Duration resetTokenTtl,
        int loginMaxFailures,
        @DurationUnit(ChronoUnit.SECONDS) Duration lockout,
        boolean requireVerifiedEmail,
        Path commonPasswordsFile,
        String adminEmail,
        String adminPassword) {

    /** Tell nothing: half of it is secret, and a record shows all it has. */
    @Override
    public String toString() {
        return "Settings[...]";
    }
}
