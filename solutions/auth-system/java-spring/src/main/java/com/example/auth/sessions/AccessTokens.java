package com.example.auth.sessions;

import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import com.example.auth.Settings;
import com.example.auth.users.User;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import org.springframework.stereotype.Component;

/** Signs access tokens and reads them again. The key, the algorithm and the issuer are ours, whatever a token says. */
@Component
class AccessTokens {

    /** Names the login a token belongs to. Optional, for tokens made elsewhere with our key do not have it. */
    private static final String SESSION = "sid";

    private final Settings settings;
    private final byte[] key;
    private final DefaultJWTProcessor<SecurityContext> reader = new DefaultJWTProcessor<>();

    AccessTokens(Settings settings) {
        this.settings = settings;
        this.key = settings.jwtSecret().getBytes(StandardCharsets.UTF_8);
        reader.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.HS256, new ImmutableSecret<>(key)));
        reader.setJWTClaimsSetVerifier(claimsOfOurs());
        // Whoever has our key may name the type of its tokens as it likes.
        reader.setJWSTypeVerifier((type, context) -> { });
    }

    private DefaultJWTClaimsVerifier<SecurityContext> claimsOfOurs() {
        JWTClaimsSet issuer = new JWTClaimsSet.Builder().issuer(settings.jwtIssuer()).build();
        Set<String> required = Set.of("sub", "exp");
        var verifier = new DefaultJWTClaimsVerifier<SecurityContext>(settings.jwtAudience(), issuer, required);
        verifier.setMaxClockSkew(0);
        return verifier;
    }

    /** Make a token for a user in a session. */
    String issue(User user, UUID session) {
        Instant now = Instant.now();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(settings.jwtIssuer())
                .audience(settings.jwtAudience())
                .subject(user.id().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(settings.accessTokenTtl())))
                .jwtID(UUID.randomUUID().toString())
                .claim("roles", user.roles())
                .claim(SESSION, session.toString())
                .build();
        return signed(claims);
    }

    private String signed(JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new MACSigner(key));
        } catch (JOSEException exception) {
            throw new IllegalStateException("JWT_SECRET is no key for HS256", exception);
        }
        return token.serialize();
    }

    /** Whose a token is; {@code session} is null in one that names none. */
    record Bearer(UUID user, UUID session) {
    }

    /** Read a token; nothing comes of one that is not ours, not good now, or no token at all. */
    Optional<Bearer> read(String token) {
        try {
            JWTClaimsSet claims = reader.process(token, null);
            String session = claims.getStringClaim(SESSION);
            return Optional.of(new Bearer(UUID.fromString(claims.getSubject()),
                    session == null ? null : UUID.fromString(session)));
        } catch (ParseException | BadJOSEException | JOSEException | IllegalArgumentException exception) {
            return Optional.empty();
        }
    }
}
