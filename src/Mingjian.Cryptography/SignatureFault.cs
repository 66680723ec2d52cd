namespace Mingjian.Cryptography;

/// <summary>Why a signature is not accepted. Numbers are stable; declared in order of precedence.</summary>
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

    /// <summary>Client data is not a JSON object with one <c>type</c> and one <c>challenge</c>.</summary>
    ClientData = 8,

    /// <summary>Client data's type is not <c>webauthn.get</c>.</summary>
    ClientDataType = 9,

    /// <summary>The authenticator signed a challenge for other bytes.</summary>
    Challenge = 10,

    /// <summary>The authenticator did not test that a person is present (flag UP).</summary>
    UserNotPresent = 11,

    /// <summary>The key is no point of the curve.</summary>
    MalformedKey = 12,

    /// <summary>The signature does not verify.</summary>
    Invalid = 13,
}
