using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>Reads an envelope that nobody has vouched for; every fault is a coded refusal.</summary>
internal sealed class TransactionReader(NetworkId network, ContractSet contracts)
{
    /// <summary>Longest time between a block and the expiry of an act in it: 72 hours. Bounds how long a signed act can lie in wait.</summary>
    public const long MaxValidityMilliseconds = 72L * 3600 * 1000;

    /// <summary>Size and canonical form of envelope and payload.</summary>
    public AdmissionRejection? ReadFrame(ReadOnlyMemory<byte> bytes, out TransactionFrame frame) => ReadFrame(new SubmittedAct(bytes), out frame);

    /// <summary>The same for an act that others may have looked at already.</summary>
    public AdmissionRejection? ReadFrame(SubmittedAct act, out TransactionFrame frame)
    {
        frame = default;
        switch (act.EnvelopeFault)
        {
            case EnvelopeFault.None:
                break;
            case EnvelopeFault.Size when act.Bytes.Length > Envelope.MaxSize:
                return AdmissionRejection.TooLarge;
            case EnvelopeFault.AssertionShape:
                return AdmissionRejection.AssertionShape;
            case EnvelopeFault.UserNotVerified:
                return AdmissionRejection.UserNotVerified;
            default:
                return AdmissionRejection.MalformedEnvelope;
        }

        if (act.Payload is not { } payload)
        {
            return AdmissionRejection.MalformedPayload;
        }

        frame = new TransactionFrame(act.Bytes, act.Envelope!, act.Pae, act.Id, payload);
        if (!payload.IsSignedIn(frame.Envelope))
        {
            return AdmissionRejection.SignerMissing;
        }

        return payload.Network == network ? null : AdmissionRejection.WrongNetwork;
    }

    /// <summary>What depends on time and height: the same check at admission and at execution.</summary>
    public static AdmissionRejection? CheckValidity(LedgerTime expires, LedgerTime now)
    {
        if (expires <= now)
        {
            return AdmissionRejection.Expired;
        }

        return expires.Milliseconds - now.Milliseconds > MaxValidityMilliseconds
            ? AdmissionRejection.ExpiresTooLate
            : null;
    }

    /// <summary>A command is in force by the block's protocol alone.</summary>
    public static AdmissionRejection? CheckProtocol(CommandRoute route, int protocol) =>
        route.Message.IsIn(protocol) ? null : AdmissionRejection.CommandNotActive;

    /// <summary>Known command, canonical body. Whether the block's protocol has it is for <see cref="CheckProtocol"/>.</summary>
    public AdmissionRejection? ReadCommand(in TransactionFrame frame, out CommandRoute? route, out ICommand? command)
    {
        command = null;
        route = contracts.FindCommand(frame.Payload.Command);
        if (route is null)
        {
            return AdmissionRejection.UnknownCommand;
        }

        try
        {
            command = (ICommand)RecordCodec.Of(route.Message.Json).Decode(frame.Payload.Body.Span);
            return null;
        }
        catch (CanonicalJsonException)
        {
            return AdmissionRejection.MalformedCommand;
        }
    }
}

/// <summary>An envelope that has the right form; nothing in it is vouched for yet.</summary>
internal readonly record struct TransactionFrame(
    ReadOnlyMemory<byte> Bytes, Envelope Envelope, byte[] Pae, Hash32 Id, TransactionPayload Payload)
{
    /// <summary>Key ids in the order of the signatures.</summary>
    public KeyId[] Signers()
    {
        var signers = new KeyId[Envelope.Signatures.Count];
        for (var i = 0; i < signers.Length; i++)
        {
            signers[i] = Envelope.Signatures[i].Keyid;
        }

        return signers;
    }

    /// <summary>Where the passkeys among the signers were used, by hash of the origin, each once; pages of the signer's own machine count for nothing.</summary>
    public IReadOnlyList<Hash32> Sites()
    {
        List<Hash32>? sites = null;
        foreach (var signature in Envelope.Signatures)
        {
            if (signature.Webauthn is { } assertion && WebAuthn.TryReadOrigin(assertion, out var origin) && !origin.IsLocal)
            {
                var site = origin.Hash;
                sites ??= [];
                if (!sites.Contains(site))
                {
                    sites.Add(site);
                }
            }
        }

        return sites ?? (IReadOnlyList<Hash32>)[];
    }
}
