using System.Buffers.Binary;
using System.Security.Cryptography;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Testing.Ledger;

/// <summary>Somebody with a key who signs toy commands. Member ids follow from the number; keys are fresh.</summary>
public sealed class Person(int number) : IDisposable
{
    private static readonly Dictionary<Type, MessageType> Types = new ToyContract().Commands.ToDictionary(c => c.Type);
    private readonly Es256Signer _signer = Es256Signer.Create();

    public MemberId Member { get; } = new((UInt128)(uint)number + 1);

    public PublicKeyValue Key => _signer.Key;

    public ISigner Signer => _signer;

    public ICommand Join => new Join(Member, Key);

    /// <summary>Canonical bytes of an envelope around the command, signed by this person.</summary>
    public byte[] Sign(ICommand command, NetworkId network, LedgerTime expires, Nonce? nonce = null) =>
        SigningRequest.For(Payload(command, network, expires, Key.Id, nonce)).SignWith(_signer)[0].Encode();

    public static byte[] Payload(ICommand command, NetworkId network, LedgerTime expires, KeyId signer, Nonce? nonce = null)
    {
        var type = Types[command.GetType()];
        return TransactionPayload.Encode(type.Name, command, type.Json, network, expires, nonce ?? LedgerId.New<Nonce>(), signer);
    }

    /// <summary>A payment id that follows from a number.</summary>
    public static PaymentId Payment(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new PaymentId(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(bytes)));
    }

    public void Dispose() => _signer.Dispose();
}
