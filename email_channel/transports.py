"""How a mail leaves: through Resend when there is a key, else into the local catcher."""
