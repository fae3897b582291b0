"""What the mails say. Links begin with our own address, never with a header of the request."""

from auth.mailed_tokens import MailedToken
from auth.services import Services


def verification(program: Services, mail: MailedToken) -> None:
    """Ask a user to confirm the address."""
    text = f"Welcome! Please confirm your e-mail address:\n\n{_link(program, 'verify-email', mail)}\n"
    program.mailer.send(mail.address, "Confirm your e-mail address", text)


def password_reset(program: Services, mail: MailedToken) -> None:
    """Offer a new password."""
    text = (
        f"Choose a new password here:\n\n{_link(program, 'reset-password', mail)}\n\n"
        "If you did not ask for this, ignore it: your password stays as it is.\n"
    )
    program.mailer.send(mail.address, "Reset your password", text)


def password_changed(program: Services, address: str) -> None:
    """Tell a user that the password is another now."""
    text = "The password of your account was changed. If that was not you, reset it now and tell us.\n"
    program.mailer.send(address, "Your password was changed", text)


def _link(program: Services, page: str, mail: MailedToken) -> str:
    return f"{program.settings.app_base_url}/{page}?token={mail.token}"
