using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Mingjian.Cryptography;

namespace Mingjian.Log.Notes;

/// <summary>What a note key signs; the byte values of C2SP signed-note.</summary>
[SuppressMessage("Design", "CA1027", Justification = "Type bytes, not flags.")]
public enum NoteKeyType
{
    /// <summary>The note's text, with Ed25519.</summary>
    Ed25519 = 1,

    /// <summary>A time and the checkpoint's text, with Ed25519 (tlog-cosignature, cosignature/v1).</summary>
    Cosignature = 4,
}

/// <summary>A public key that signs notes, with its name: a "vkey".</summary>
/// <remarks>Never use one Ed25519 key for both types: a cosignature does not commit to its signer's name.</remarks>
public sealed class NoteKey : IEquatable<NoteKey>
{
    private readonly byte[] _publicKey;

    /// <exception cref="ArgumentException">A bad name, type or key length.</exception>
    public NoteKey(string name, NoteKeyType type, ReadOnlySpan<byte> publicKey)
    {
        if (!NoteText.IsKeyName(name) || type is not (NoteKeyType.Ed25519 or NoteKeyType.Cosignature)
            || publicKey.Length != Ed25519.PublicKeyLength)
        {
            throw new ArgumentException("A note key has a name without spaces or '+', a known type and 32 bytes.", nameof(name));
        }

        Name = name;
        Type = type;
        _publicKey = publicKey.ToArray();
        byte[] hashed = [.. NoteText.StrictUtf8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey];
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(hashed));
    }

    public string Name { get; }

    public NoteKeyType Type { get; }

    /// <summary>First 32 bits of SHA-256(name || 0x0A || type || key).</summary>
    public uint KeyId { get; }

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Reads <c>name+keyid+base64(type||key)</c>; the key id must be the recomputed one.</summary>
    public static bool TryParse(string? vkey, out NoteKey? key)
    {
        key = null;
        var parts = vkey?.Split('+', 3);
        if (parts is not { Length: 3 } || !NoteText.IsKeyName(parts[0])
            || NoteText.DecodeBase64(parts[2]) is not { Length: 1 + Ed25519.PublicKeyLength } blob
            || blob[0] is not ((byte)NoteKeyType.Ed25519 or (byte)NoteKeyType.Cosignature))
        {
            return false;
        }

        var read = new NoteKey(parts[0], (NoteKeyType)blob[0], blob.AsSpan(1));
        key = string.Equals(read.ToString(), vkey, StringComparison.Ordinal) ? read : null;
        return key is not null;
    }

    /// <summary>Checks one signature that carries this key's name and id.</summary>
    /// <param name="signature">From the note.</param>
    /// <param name="text">The note's signed bytes.</param>
    /// <param name="time">POSIX seconds of a cosignature; 0 for a plain signature.</param>
    public bool Verify(NoteSignature signature, ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        return Type == NoteKeyType.Ed25519
            ? Ed25519.Verify(_publicKey, text, signature.Signature)
            : Cosignature.TryRead(signature.Signature, out time, out var bytes)
                && Ed25519.Verify(_publicKey, Cosignature.SignedBytes(time, text), bytes);
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}+{KeyId:x8}+{Convert.ToBase64String([(byte)Type, .. _publicKey])}");

    /// <inheritdoc/>
    public bool Equals(NoteKey? other) =>
        other is not null && Type == other.Type && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && _publicKey.AsSpan().SequenceEqual(other._publicKey);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NoteKey);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)KeyId;
}

/// <summary>A private key that signs notes.</summary>
public sealed class NoteSigner(string name, NoteKeyType type, Ed25519Signer signer)
{
    /// <summary>The public half.</summary>
    public NoteKey Key { get; } = new(name, type, signer.PublicKey.Span);

    /// <summary>Signs a note's text.</summary>
    /// <param name="text">Final newline included.</param>
    /// <param name="time">POSIX seconds, stands in a cosignature; a plain signature has none.</param>
    public NoteSignature Sign(string text, long time = 0)
    {
        var bytes = NoteText.StrictUtf8.GetBytes(text);
        var signature = Key.Type == NoteKeyType.Ed25519
            ? signer.Sign(bytes)
            : Cosignature.Write(time, signer.Sign(Cosignature.SignedBytes(time, bytes)));
        return new NoteSignature(Key.Name, Key.KeyId, signature);
    }
}
