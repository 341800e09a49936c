"""Pictures signed with C2PA by a chain of certificates that lives for one test run."""

import datetime
import io
from functools import cache
from typing import NamedTuple

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from pictures import noise

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_DAY = datetime.timedelta(days=1)
_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


class Chain(NamedTuple):
    """PEM, all of it: the root by itself, the signer with the root, the signer's key."""

    root: bytes
    signer: bytes
    key: bytes


@cache
def chain() -> Chain:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.BasicConstraints(ca=True, path_length=None)
    root = _named("Root", "Throwaway Roots").issuer_name(_name("Root", "Throwaway Roots"))
    root = root.public_key(root_key.public_key()).add_extension(authority, critical=True)
    root_made = root.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True).sign(
        root_key, hashes.SHA256()
    )
    leaf = _named("Signer", "Picture Makers Ltd").issuer_name(root_made.subject).public_key(key.public_key())
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage("digital_signature"), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    made = leaf.add_extension(issuer, critical=False).sign(root_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Chain(root_made.public_bytes(pem), made.public_bytes(pem) + root_made.public_bytes(pem), private)


def _name(common: str, organization: str) -> x509.Name:
    parts = (NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, organization)
    return x509.Name([x509.NameAttribute(*part) for part in parts])


def _named(common: str, organization: str) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(_name(common, organization))
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _DAY).not_valid_after(now + _DAY)


def _usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in allowed for use in _USES})


def signed(data: bytes, media_type: str, made_by: str = "Some Model 3", elsewhere: str = "") -> bytes:
    """The picture with a statement that a model made it; `elsewhere` is where it lies instead, if given."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": GENERATED,
        "softwareAgent": {"name": made_by},
    }
    statement = {
        "claim_generator_info": [{"name": "Gateway Signer", "version": "1"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }
    own = chain()
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=own.signer, private_key=own.key, ta_url=None)
    out = io.BytesIO()
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder.from_json(statement) as builder:
        if elsewhere:
            builder.set_remote_url(elsewhere)
            builder.set_no_embed()
        builder.sign(signer, media_type, io.BytesIO(data), out)
    return out.getvalue()


def picture(kind: str) -> bytes:
    """A small picture that no encoder makes small, as "PNG", "JPEG", "WEBP" or "AVIF"."""
    out = io.BytesIO()
    image: Image.Image = noise((96, 64))
    image.save(out, kind)
    return out.getvalue()
