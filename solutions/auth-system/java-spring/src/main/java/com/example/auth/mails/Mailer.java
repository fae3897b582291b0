package com.example.auth.mails;

import java.time.Duration;
import java.util.Map;

import com.example.auth.Settings;
import jakarta.annotation.PreDestroy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.mail.MailException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

/**
 * Sends mails after the answer, so that neither a slow mail server nor a missing account shows in how long an answer
 * takes. They wait in memory and not in a table, because a table would hold the links.
 */
@Component
class Mailer {

    private static final Logger LOG = LoggerFactory.getLogger(Mailer.class);
    private static final String SENDER = "no-reply@example.com";
    /** How many mails may be under way at a time, and so how many a slow server holds up. */
    private static final int SENDERS = 8;
    private static final int TRIES = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JavaMailSenderImpl server = new JavaMailSenderImpl();
    private final ThreadPoolTaskExecutor senders = new ThreadPoolTaskExecutor();

    Mailer(Settings settings) {
        server.setHost(settings.smtpUrl().getHost());
        server.setPort(settings.smtpUrl().getPort());
        server.getJavaMailProperties().putAll(Map.of(
                "mail.smtp.connectiontimeout", String.valueOf(PATIENCE.toMillis()),
                "mail.smtp.timeout", String.valueOf(PATIENCE.toMillis()),
                "mail.smtp.writetimeout", String.valueOf(PATIENCE.toMillis()),
                // Addresses may hold more letters than ASCII has (RFC 6531).
                "mail.mime.allowutf8", "true",
                // Do not look the machine's own name up.
                "mail.smtp.localhost", "localhost"));
        senders.setCorePoolSize(SENDERS);
        senders.setAllowCoreThreadTimeOut(true);
        senders.setThreadNamePrefix("mail-");
        senders.setWaitForTasksToCompleteOnShutdown(true);
        senders.setAwaitTerminationSeconds(4);
        senders.initialize();
    }

    /** Put a mail into the queue. */
    void send(String address, String subject, String text) {
        SimpleMailMessage mail = new SimpleMailMessage();
        mail.setFrom(SENDER);
        mail.setTo(address);
        mail.setSubject(subject);
        mail.setText(text);
        senders.execute(() -> deliver(mail));
    }

    private void deliver(SimpleMailMessage mail) {
        for (int tried = 1; !accepted(mail) && tried < TRIES; tried++) {
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException exception) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean accepted(SimpleMailMessage mail) {
        try {
            server.send(mail);
            return true;
        } catch (MailException exception) {
            // The message alone: nothing of the mail, whose link is a secret.
            LOG.warn("a mail could not be sent: {}", exception.getMessage());
            return false;
        }
    }

    @PreDestroy
    void close() {
        senders.shutdown();
    }
}
