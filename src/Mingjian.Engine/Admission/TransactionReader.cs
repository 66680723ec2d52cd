using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Execution;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>Reads an envelope that nobody has vouched for; every fault is a coded refusal.</summary>
internal sealed class TransactionReader(NetworkId network, ContractSet contracts)
{
    /// <summary>Longest time between a block and the expiry of an act in it: 72 hours. Bounds how long a signed act can lie in wait.</summary>
    public const long MaxValidityMilliseconds = 72L * 3600 * 1000;

    /// <summary>Size and canonical form of envelope and payload.</summary>
    public AdmissionRejection? ReadFrame(ReadOnlyMemory<byte> bytes, out TransactionFrame frame)
    {
        frame = default;
        if (bytes.Length > Envelope.MaxSize)
        {
            return AdmissionRejection.TooLarge;
        }

        Envelope envelope;
        try
        {
            envelope = CanonicalJson.Decode(bytes.Span, EnvelopeJson.Canonical);
        }
        catch (CanonicalJsonException)
        {
            return AdmissionRejection.MalformedEnvelope;
        }

        if (!IsWellFormed(envelope))
        {
            return AdmissionRejection.MalformedEnvelope;
        }

        var pae = Pae.OfTransaction(envelope.Payload);
        if (TransactionPayload.TryDecode(envelope.Payload, out var payload) != PayloadFault.None || HasNull(payload!.Body.Span))
        {
            return AdmissionRejection.MalformedPayload;
        }

        frame = new TransactionFrame(bytes, envelope, pae, Hash32.Of(pae), payload);
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

    /// <summary>Known command, in force at the height, canonical body.</summary>
    public AdmissionRejection? ReadCommand(in TransactionFrame frame, long height, out CommandRoute? route, out ICommand? command)
    {
        command = null;
        route = contracts.FindCommand(frame.Payload.Command);
        if (route is null)
        {
            return AdmissionRejection.UnknownCommand;
        }

        if (height < route.Message.ActivationHeight)
        {
            return AdmissionRejection.CommandNotActive;
        }

        try
        {
            command = (ICommand)CanonicalJson.Decode(frame.Payload.Body.Span, route.Message.Json);
            return null;
        }
        catch (CanonicalJsonException)
        {
            return AdmissionRejection.MalformedCommand;
        }
    }

    /// <summary>True when a null stands anywhere: an absent member is left out, and no list of the ledger holds nothing.</summary>
    private static bool HasNull(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("null"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWellFormed(Envelope envelope)
    {
        var signatures = envelope.Signatures;
        if (!string.Equals(envelope.PayloadType, Envelope.TransactionType, StringComparison.Ordinal)
            || signatures.Count is < 1 or > Envelope.MaxSignatures)
        {
            return false;
        }

        for (var i = 0; i < signatures.Count; i++)
        {
            if (!signatures[i].HasValidShape())
            {
                return false;
            }

            for (var j = 0; j < i; j++)
            {
                if (signatures[j].Keyid == signatures[i].Keyid)
                {
                    return false;
                }
            }
        }

        return true;
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
}
