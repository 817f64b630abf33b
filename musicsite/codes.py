"""Short names for things that have an address."""

import secrets

# Letters and digits that are not mistaken for one another when read aloud or copied by hand.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 12


def new_code() -> str:
    """A public name that cannot be guessed: 12 of 31 signs, 59 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def could_be_code(text: str) -> bool:
    """Whether something can have this name at all."""
    return len(text) == CODE_LENGTH and all(sign in ALPHABET for sign in text)
