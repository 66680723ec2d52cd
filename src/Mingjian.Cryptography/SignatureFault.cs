namespace Mingjian.Cryptography;

/// <summary>Why a signature is not accepted. Numbers are stable (9 is no longer used); declared in order of precedence.</summary>
public enum SignatureFault
{
    None = 0,

    /// <summary>The scheme's name is not registered.</summary>
    UnknownScheme = 1,

    /// <summary>The signature names another scheme than the key.</summary>
    SchemeMismatch = 2,

    /// <summary>The signature names another key.</summary>
    KeyMismatch = 3,

    /// <summary>Not 64 bytes, or bounds exceeded.</summary>
    Shape = 4,

    /// <summary>Index, size and path of the batch do not belong together.</summary>
    BatchPosition = 5,

    /// <summary>webauthn-es256 without an assertion.</summary>
    AssertionMissing = 6,

    /// <summary>An assertion with a scheme that has none.</summary>
    AssertionUnexpected = 7,

    /// <summary>Client data is not, byte for byte, what a browser writes for an assertion on a page of its own (<see cref="WebAuthn"/>).</summary>
    ClientData = 8,

    /// <summary>Authenticator data is not 37 bytes for the page's host or a domain above it, or has flags that an assertion has not.</summary>
    AuthenticatorData = 9,

    /// <summary>The authenticator did not test that a person is present (flag UP).</summary>
    UserNotPresent = 10,

    /// <summary>The authenticator did not verify who the person is (flag UV).</summary>
    UserNotVerified = 11,

    /// <summary>The authenticator signed a challenge for other bytes.</summary>
    Challenge = 12,

    /// <summary>The key is no point of the curve.</summary>
    MalformedKey = 13,

    /// <summary>The signature does not verify.</summary>
    Invalid = 14,
}
