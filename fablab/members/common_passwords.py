"""The passwords that are guessed first, of those long enough to be chosen here.

Without spaces, in small letters. Shorter ones are refused for their length.
"""
# ruff: noqa: SIM905 - words one can read as words

RUNS = ("1234567890", "qwertyuiop", "azertyuiop", "abcdefghij", "0987654321", "1qaz2wsx3edc")
WORDS = """
    password passw0rd p@ssword p@ssw0rd motdepasse administrator administrateur welcome
    bienvenue iloveyou jetaime bismillah mohammed mohamed morocco maroc marocaine berkane
    casablanca football barcelona realmadrid princess sunshine superman computer fablab
    fablabberkane letmein changeme qwerty azerty admin secret hello bonjour
""".split()
TAILS = (
    "",
    *"1 12 123 1234 12345 123456 1234567890 ! 1! 123! 2024 2025 2026 2027 @123 00 01 007".split(),
)
TWICE = ("12345", "123456", "qwerty", "azerty", "admin", "password", "abcde", "berkane")
OTHERS = """
    123123123123 123456789012 1122334455 9876543210 q1w2e3r4t5 a1z2e3r4t5
    1q2w3e4r5t zaq12wsxcde qwertyuiop[] qwertyuiop123 azertyuiop123
    123456789a a123456789 abcd123456 asdfghjkl; qsdfghjklm 1234554321
    12345678910 0123456789 01234567890 11223344556 abc123456789 كلمةالسر123
""".split()

COMMON = frozenset(
    {word + tail for word in WORDS for tail in TAILS}
    | {word * 2 for word in TWICE}
    | {*RUNS, *OTHERS}
    | {run + tail for run in RUNS for tail in TAILS}
)
