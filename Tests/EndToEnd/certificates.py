"""Certificates for an upstream on loopback: good ones, and each kind of bad one."""

import ssl
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """Signs certificates; its own is in the file `path`, and what it signs lies beside."""

    def __init__(self, folder, name):
        self.folder = folder
        self.path = folder / f"{name}.pem"
        self.name = named(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        constraint = x509.BasicConstraints(ca=True, path_length=0)
        self.path.write_bytes(pem(self.signed(self.name, self.key, constraint, critical=True)))

    def context(self, host="localhost", ended=False):
        """A server's context with a certificate for this host, of yesterday if `ended`."""
        key = ec.generate_private_key(ec.SECP256R1())
        host_names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self.signed(named(host), key, host_names, shift=-2 * DAY if ended else timedelta())
        path = self.folder / f"{host}-{ended}-{self.path.name}"
        path.write_bytes(pem(certificate) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def signed(self, subject, key, extension, critical=False, shift=timedelta()):
        now = datetime.now(timezone.utc) + shift
        builder = x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - DAY / 2).not_valid_after(now + DAY)
        return builder.add_extension(extension, critical).sign(self.key, hashes.SHA256())


def old(context):
    """The same server with TLS 1.1 at most."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
