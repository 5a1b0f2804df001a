"""Profile files, and the credentials that boto3 and `doctor` find by them.

Each key begins with four letters that name where it stands: CRED and CONF in a file, ENVK in the environment, PROC in the
output of a program, ROLE and WEBI in the answer of AWS STS.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`boto3` and `ours` are the first four letters of the key, `none`, or `refused`; `ours` is boto3's unless it is given.

    `says` are words of `doctor` where it refuses the files.
    """
    name: str
    boto3: str
    ours: str = ""
    config: str = ""
    credentials: str = ""
    environment: dict = field(default_factory=dict)
    says: tuple = ()

    @property
    def reading(self):
        return self.ours or self.boto3


def keys(prefix, separator=" = ", indentation=""):
    return (f"{indentation}aws_access_key_id{separator}{prefix}AKID\n"
            f"{indentation}aws_secret_access_key{separator}secret\n")


def process(members):
    """A program that writes these members of a set of credentials."""
    written = '"Version": 1, "AccessKeyId": "PROCAKID", "SecretAccessKey": "secret"' + members
    return f"credential_process = echo '{{{written}}}'\n"


NAMED = {"AWS_PROFILE": "my dev"}
DEV = {"AWS_PROFILE": "dev"}
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "ENVKAKID", "AWS_SECRET_ACCESS_KEY": "secret"}
ROLE = "role_arn = arn:aws:iam::123456789012:role/jobs\n"
SESSION = "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
DUE = "2099-01-31T12:00:00"
EXPORT = "credential_process = aws configure export-credentials --profile default"

ROWS = [
    Row("keys in the credentials file", "CRED", credentials="[default]\n" + keys("CRED")),
    Row("keys in the config file", "CONF", config="[default]\n" + keys("CONF")),
    Row("keys in both files", "CRED", config="[default]\n" + keys("CONF"), credentials="[default]\n" + keys("CRED")),
    Row("a profile in both files", "CRED", config="[profile dev]\noutput = json\n",
        credentials="[dev]\n" + keys("CRED"), environment=DEV),
    Row('[profile "my dev"]', "CONF", config='[profile "my dev"]\n' + keys("CONF"), environment=NAMED),
    Row("[profile 'my dev']", "CONF", config="[profile 'my dev']\n" + keys("CONF"), environment=NAMED),
    Row("[profile\\tdev]", "CONF", config="[profile\tdev]\n" + keys("CONF"), environment=DEV),
    Row("[my dev] of the credentials file", "CRED", credentials="[my dev]\n" + keys("CRED"), environment=NAMED),
    Row("[profile my dev]", "refused", config="\n[profile my dev]\n" + keys("CONF"), environment=NAMED,
        says=("[profile my dev]", "config, line 2", "'my dev'", '[profile "my dev"]')),
    Row("[dev] of the config file", "refused", config="[dev]\n" + keys("CONF"), environment=DEV,
        says=("[dev]", "config, line 1", "'dev'", "[profile dev]")),
    Row("[profile dev] of the credentials file", "refused", credentials="[profile dev]\n" + keys("CRED"), environment=DEV,
        says=("[profile dev]", "credentials, line 1", "'dev'", "must be [dev]")),
    Row("[profile a!b]", "CONF", "refused", config="[profile a!b]\n" + keys("CONF"), environment={"AWS_PROFILE": "a!b"},
        says=("config, line 1", '[profile "a!b"]')),
    Row("[profile a#b]", "CONF", "refused", config="[profile a#b]\n" + keys("CONF"), environment={"AWS_PROFILE": "a#b"},
        says=("config, line 1", '[profile "a#b"]')),
    Row("[profile a#b] before [default]", "CONF", config="[profile a#b]\noutput = json\n[default]\n" + keys("CONF")),
    Row('[profile "a ; b"]', "CONF", config='[profile "a ; b"]\n' + keys("CONF"), environment={"AWS_PROFILE": "a ; b"}),
    Row('[profile "a#b"] # "c', "CONF", config='[profile "a#b"] # "c\n' + keys("CONF"), environment={"AWS_PROFILE": "a#b"}),
    Row("[team#1] of the credentials file", "CRED", credentials="[team#1]\n" + keys("CRED"),
        environment={"AWS_PROFILE": "team#1"}),
    Row("an unknown profile", "refused", credentials="[default]\n" + keys("CRED"), environment=DEV,
        says=("AWS_PROFILE", "'dev'")),
    Row("key: value", "CONF", config="[default]\n" + keys("CONF", separator=": ")),
    Row("key:value", "CONF", config="[default]\n" + keys("CONF", separator=":")),
    Row("KEY = value", "CONF", config="[default]\n" + keys("CONF").replace("aws", "AWS")),
    Row("indented keys", "CONF", config="[default]\n" + keys("CONF", indentation="  ")),
    Row("indented heading and comments", "CONF",
        config="  [default]\n  # keys\n" + keys("CONF", indentation="    ") + "  ; end\n"),
    Row("lines that end in CRLF", "CONF", config=("[default]\n" + keys("CONF")).replace("\n", "\r\n")),
    Row("a byte order mark", "refused", "CONF", config="\ufeff[default]\n" + keys("CONF")),
    Row("no delimiter", "refused", config="[default]\naws_access_key_id CONFAKID\n", says=("config, line 2",)),
    Row("half a pair of keys", "refused", credentials="[default]\naws_access_key_id = CREDAKID\n",
        says=("'default'", "aws_secret_access_key")),
    Row("a section twice", "refused", "CONF", config="[default]\noutput = json\n[default]\n" + keys("CONF")),
    Row("a key twice", "refused", "CONF",
        config="[default]\naws_access_key_id = OTHERAKID\n" + keys("CONF")),
    Row("[profile default] before [default]", "none", "CONF",
        config="[profile default]\n" + keys("CONF") + "[default]\noutput = json\n"),
    Row("AWS_DEFAULT_PROFILE", "CONF", config="[profile dev]\n" + keys("CONF"),
        environment={"AWS_DEFAULT_PROFILE": "dev"}),
    Row("AWS_PROFILE beside AWS_DEFAULT_PROFILE", "CRED", "CONF", config="[profile dev]\n" + keys("CONF"),
        credentials="[other]\n" + keys("CRED"), environment=DEV | {"AWS_DEFAULT_PROFILE": "other"}),
    Row("a bare sso_session beside keys", "CONF", config="[default]\nsso_session = s\n" + keys("CONF") + SESSION),
    Row("a bare sso_session", "none", "refused", config="[default]\nsso_session = s\n" + SESSION,
        says=("'default'", "sso_account_id")),
    Row("a program", "PROC", config="[default]\n" + process("")),
    Row("a program's expiration +0000", "PROC",
        config="[default]\n" + process(f', "SessionToken": "t", "Expiration": "{DUE}+0000"')),
    Row("a program's expiration UTC", "PROC",
        config="[default]\n" + process(f', "SessionToken": "t", "Expiration": "{DUE} UTC"')),
    Row("a program's empty SessionToken", "PROC", config="[default]\n" + process(', "SessionToken": ""')),
    Row("a program beside keys of the config file", "PROC", config="[default]\n" + keys("CONF") + process("")),
    Row("a program beside keys of the credentials file", "CRED", "PROC", config="[default]\n" + process(""),
        credentials="[default]\n" + keys("CRED")),
    Row("a program that fails beside such keys", "CRED", "refused", config="[default]\ncredential_process = false\n",
        credentials="[default]\n" + keys("CRED"), says=("'default'", "credentials, line 2", "remove one of the two")),
    Row("a login beside keys of the credentials file", "CRED", "refused", config="[default]\nlogin_session = s\n",
        credentials="[default]\n" + keys("CRED"), says=("config, line 2", "'default'", EXPORT)),
    Row("a role by source_profile", "ROLE", config="[default]\n" + ROLE + "source_profile = base\n",
        credentials="[base]\n" + keys("CRED")),
    Row("a role by its own keys", "ROLE", config="[default]\n" + ROLE + "source_profile = default\n" + keys("CONF")),
    Row("a role by source_profile = my dev", "ROLE", config="[default]\n" + ROLE + "source_profile = my dev\n",
        credentials="[my dev]\n" + keys("CRED")),
    Row("a named role by the environment", "ENVK", "ROLE",
        config="[profile dev]\n" + ROLE + "credential_source = Environment\n", environment=DEV | ENVIRONMENT),
    Row("a named role by the environment for too long", "ENVK", "refused",
        config="[profile dev]\n" + ROLE + "credential_source = Environment\nduration_seconds = 50000\n",
        environment=DEV | ENVIRONMENT, says=("'dev'", "duration_seconds")),
    Row("a named role by the environment with a code", "ENVK", "refused",
        config="[profile dev]\n" + ROLE + "source_profile = base\nmfa_serial = m\n[profile base]\n" + ROLE
        + "credential_source = Environment\n", environment=DEV | ENVIRONMENT, says=("'dev'", "mfa_serial")),
    Row("a default role by the environment", "ENVK",
        config="[default]\n" + ROLE + "credential_source = Environment\n", environment=ENVIRONMENT),
    Row("a role without a source", "refused", config="[default]\n" + ROLE, says=("'default'", "source_profile")),
    Row("a web identity of the profile", "WEBI", config="[default]\n" + ROLE + "web_identity_token_file = {token}\n"),
    Row("a web identity of the environment beside keys", "WEBI", "CRED", credentials="[default]\n" + keys("CRED"),
        environment={"AWS_WEB_IDENTITY_TOKEN_FILE": "{token}", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/jobs"}),
    Row("keys of the environment", "ENVK", credentials="[default]\n" + keys("CRED"), environment=ENVIRONMENT),
    Row("no files", "none"),
]
