namespace Mingjian.Vault;

/// <summary>Why the vault cannot answer.</summary>
public enum VaultFault
{
    /// <summary>A stored value does not open: altered, moved to another person, or sealed under another key.</summary>
    Tampered = 1,

    /// <summary>The master key is not the one this vault was made with.</summary>
    WrongMasterKey = 2,

    /// <summary>The vault holds data but no master key is given.</summary>
    MasterKeyMissing = 3,

    /// <summary>The text of the master key cannot be read.</summary>
    MasterKeyMalformed = 4,
}

/// <summary>The vault cannot answer; messages name no personal data.</summary>
public sealed class VaultException(VaultFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public VaultFault Fault { get; } = fault;
}
