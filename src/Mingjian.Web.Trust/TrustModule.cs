using System.Runtime.InteropServices.JavaScript;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Acts.Signing;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Web.Trust;

/// <summary>What the browser's scripts can call; every function takes and gives JSON text and never throws.</summary>
/// <remarks>An answer with a member <c>error</c> (Simplified Chinese) and <c>code</c> reports a failure.</remarks>
internal static partial class TrustModule
{
    private static readonly ReceiptVerifier Verifier = new(new BouncyCastleEcVerifier());

    /// <summary>Says that the module is loaded.</summary>
    [JSExport]
    internal static string Version() => typeof(TrustModule).Assembly.GetName().Version?.ToString() ?? string.Empty;

    /// <summary>Builds what will be signed from a page's commands.</summary>
    /// <param name="commandsJson"><c>[{"command","body"}]</c>.</param>
    /// <param name="network">The ledger's name.</param>
    /// <param name="signer">The key that will sign.</param>
    /// <param name="namesJson">Id to name, for display.</param>
    /// <param name="nowMilliseconds">The browser's clock.</param>
    /// <param name="held">A second person signs, too.</param>
    [JSExport]
    internal static string Prepare(string commandsJson, string network, string signer, string namesJson, double nowMilliseconds, bool held) =>
        Guarded(() => Answer(PreparedActs.Create(
            commandsJson, NetworkId.Parse(network), LedgerId.Parse<KeyId>(signer), new LedgerTime((long)nowMilliseconds), Names(namesJson), held)));

    /// <summary>Reads payloads that somebody else built.</summary>
    [JSExport]
    internal static string Read(string payloadsJson, string network, string namesJson) =>
        Guarded(() => Answer(PreparedActs.FromPayloads(Payloads(payloadsJson), NetworkId.Parse(network), Names(namesJson))));

    /// <summary>Reads a server's request to sign in; what is to be signed comes back only for a sign-in on this page, for this ledger, now.</summary>
    /// <param name="payloadType">As the server says.</param>
    /// <param name="payload">Base64.</param>
    /// <param name="network">The ledger's name.</param>
    /// <param name="origin">The page's own.</param>
    /// <param name="nowMilliseconds">The browser's clock.</param>
    [JSExport]
    internal static string SignIn(string payloadType, string payload, string network, string origin, double nowMilliseconds) => Guarded(() =>
    {
        var read = SignInPayload.ReadOwn(
            payloadType, Convert.FromBase64String(payload), NetworkId.Parse(network), origin, new LedgerTime((long)nowMilliseconds));
        var message = read.ToPae();
        return Encode(
            new SignInAnswer(read.Challenge, Convert.ToBase64String(message), System.Buffers.Text.Base64Url.EncodeToString(Hash32.Of(message).ToArray())),
            ModuleJson.Default.SignInAnswer);
    });

    /// <summary>Puts payloads and one signature together.</summary>
    [JSExport]
    internal static string Assemble(string payloadsJson, string signatureJson) => Guarded(() =>
    {
        var envelopes = SigningRequest.For(Payloads(payloadsJson)).Complete(Signature(signatureJson));
        return Encode(new EnvelopesAnswer([.. envelopes.Select(e => Encoding.UTF8.GetString(e.Encode()))]), ModuleJson.Default.EnvelopesAnswer);
    });

    /// <summary>Adds a further person's signature to envelopes; that person signed all of them with one gesture.</summary>
    [JSExport]
    internal static string Cosign(string envelopesJson, string signatureJson) => Guarded(() =>
    {
        var texts = JsonSerializer.Deserialize(envelopesJson, ModuleJson.Default.IReadOnlyListString) ?? [];
        var signed = new List<Envelope>();
        foreach (var text in texts)
        {
            if (Envelope.TryDecode(Encoding.UTF8.GetBytes(text), out var envelope) != EnvelopeFault.None || envelope is null)
            {
                throw new CanonicalJsonException("Not an envelope.");
            }

            signed.Add(envelope);
        }

        var added = SigningRequest.For([.. signed.Select(e => e.Payload)]).Complete(Signature(signatureJson));
        return Encode(
            new EnvelopesAnswer([.. signed.Zip(added, (mine, other) =>
                Encoding.UTF8.GetString((mine with { Signatures = [.. mine.Signatures, .. other.Signatures] }).Encode()))]),
            ModuleJson.Default.EnvelopesAnswer);
    });

    /// <summary>Checks a receipt step by step.</summary>
    /// <param name="historyJson">A node history, or empty.</param>
    /// <param name="standing">A freshly fetched payment standing, or empty.</param>
    [JSExport]
    internal static string VerifyReceipt(string text, string networkJson, string historyJson, string standing) => Guarded(() => Encode(
        Verifier.Verify(
            Encoding.UTF8.GetBytes(text), Network(networkJson, historyJson), new StandingDemand(Encoding.UTF8.GetBytes(standing))),
        ReceiptReportJson.Default.ReceiptReport));

    /// <summary>How to ask for a fresh standing of a receipt.</summary>
    [JSExport]
    internal static string StandingQuery(string text) => Guarded(() => Encode(
        Acts.Receipts.StandingQuery.For(ReceiptFile.Parse(Encoding.UTF8.GetBytes(text))), ReceiptReportJson.Default.StandingQuery));

    /// <summary>What a receipt claims, unchecked.</summary>
    [JSExport]
    internal static string ReceiptContents(string text, string networkJson) => Guarded(() => Encode(
        Acts.Receipts.ReceiptContents.Read(
            ReceiptFile.Parse(Encoding.UTF8.GetBytes(text)), networkJson.Length == 0 ? null : Network(networkJson).File),
        ReceiptReportJson.Default.ReceiptContents));

    /// <summary>Checks that a checkpoint note is final in a network.</summary>
    [JSExport]
    internal static string VerifyCheckpoint(string note, string networkJson) => Guarded(() =>
        Encode(CheckpointReport.Of(note, Network(networkJson)), ReceiptReportJson.Default.CheckpointReport));

    /// <summary>Puts scanned QR codes together.</summary>
    [JSExport]
    internal static string DecodeQrParts(string partsJson) => Guarded(() => Encode(
        ReceiptQr.Decode(JsonSerializer.Deserialize(partsJson, ModuleJson.Default.IReadOnlyListString) ?? []),
        ReceiptReportJson.Default.ReceiptScan));

    /// <summary>The key that an invitation's code stands for.</summary>
    [JSExport]
    internal static string InvitationKey(string code) => Guarded(() =>
    {
        var key = Code(code).Key;
        return Encode(new InvitationKeyAnswer(key.Id.ToString(), key.ToString()), ModuleJson.Default.InvitationKeyAnswer);
    });

    /// <summary>Signs a message (base64) with an invitation's code.</summary>
    [JSExport]
    internal static string SignWithInvitation(string code, string message) => Guarded(() =>
    {
        var signature = Code(code).Sign(Convert.FromBase64String(message));
        return Encode(
            new SignatureInput(signature.Keyid.ToString(), signature.Scheme, Convert.ToBase64String(signature.Sig), null),
            ModuleJson.Default.SignatureInput);
    });

    /// <summary>A text as the drawing of a QR code. Drawn here because an invitation's link must not leave the browser.</summary>
    [JSExport]
    internal static string DrawQr(string text) => Guarded(() => Encode(new DrawingAnswer(Slices.Kernel.Receipts.QrSvg.Draw(text)), ModuleJson.Default.DrawingAnswer));

    private static InvitationCode Code(string text) =>
        InvitationCode.TryParse(text, out var code) ? code : throw new FormatException("Not an invitation's code.");

    private static string Guarded(Func<string> work)
    {
        try
        {
            return work();
        }
        catch (ReceiptFormatException e)
        {
            return Failure(e.Message, "receipt/format");
        }
        catch (SignInRefusedException e)
        {
            return Failure(e.Message, $"signing/{e.Reason}");
        }
        catch (NetworkFileException e)
        {
            return Failure(e.Message, "network/format");
        }
        catch (CanonicalJsonException e)
        {
            return Failure("要签名的内容不符合格式，没有签名。请刷新页面后重试。", $"signing/format: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            return Failure("提供的数据不完整，没有继续。", $"trust/input: {e.Message}");
        }
    }

    private static string Failure(string message, string code) => Encode(new FailureAnswer(message, code), ModuleJson.Default.FailureAnswer);

    private static string Answer(PreparedActs acts) => Encode(
        new PreparedAnswer(
            [.. acts.Payloads.Select(Convert.ToBase64String)], Convert.ToBase64String(acts.Request.Message),
            System.Buffers.Text.Base64Url.EncodeToString(acts.Request.Challenge.ToArray()), acts.Summary),
        ModuleJson.Default.PreparedAnswer);

    private static string Encode<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(value, type);

    private static DisplayNames Names(string json) =>
        new(JsonSerializer.Deserialize(json, ModuleJson.Default.DictionaryStringString) ?? []);

    private static byte[][] Payloads(string json) =>
        [.. (JsonSerializer.Deserialize(json, ModuleJson.Default.IReadOnlyListString) ?? []).Select(Convert.FromBase64String)];

    private static TrustedNetwork Network(string json, string history = "")
    {
        var network = TrustedNetwork.Parse(Encoding.UTF8.GetBytes(json));
        if (history.Length == 0)
        {
            return network;
        }

        var report = network.Follow(Encoding.UTF8.GetBytes(history), out var followed);
        return report.Ok ? followed : throw new NetworkFileException(report.Explanation);
    }

    /// <summary>An authenticator's signature is DER, WebCrypto's is r||s already.</summary>
    private static KeySignature Signature(string json)
    {
        var input = JsonSerializer.Deserialize(json, ModuleJson.Default.SignatureInput) ?? throw new FormatException("No signature.");
        var sig = Convert.FromBase64String(input.Sig);
        if (input.Webauthn is not { } assertion)
        {
            return new KeySignature(LedgerId.Parse<KeyId>(input.Keyid), input.Scheme, sig);
        }

        return EcdsaFormat.TryFromDer(sig, out var raw)
            ? new KeySignature(
                LedgerId.Parse<KeyId>(input.Keyid), input.Scheme, raw,
                new WebAuthnAssertion(Convert.FromBase64String(assertion.AuthenticatorData), Convert.FromBase64String(assertion.ClientDataJson)))
            : throw new FormatException("The authenticator's signature is not DER.");
    }
}

/// <summary>What failed, for people, and a stable code.</summary>
internal sealed record FailureAnswer(string Error, string Code);

/// <param name="Payloads">Base64 of the canonical payloads.</param>
/// <param name="Message">Base64 of the bytes that an es256 key signs.</param>
/// <param name="Challenge">Base64url of its SHA-256, for an authenticator.</param>
/// <param name="Summary">To show before signing.</param>
internal sealed record PreparedAnswer(IReadOnlyList<string> Payloads, string Message, string Challenge, SigningSummary Summary);

/// <param name="Key">The key's id.</param>
/// <param name="PublicKey">As the ledger writes it.</param>
internal sealed record InvitationKeyAnswer(string Key, string PublicKey);

/// <param name="Svg">One element.</param>
internal sealed record DrawingAnswer(string Svg);

/// <param name="Name">The challenge's name, to answer under.</param>
/// <param name="Message">Base64 of the bytes that an es256 key signs.</param>
/// <param name="Challenge">Base64url of its SHA-256, for an authenticator.</param>
internal sealed record SignInAnswer(string Name, string Message, string Challenge);

/// <param name="Envelopes">Canonical JSON texts.</param>
internal sealed record EnvelopesAnswer(IReadOnlyList<string> Envelopes);

/// <summary>A signature as the browser's scripts give it; base64 members.</summary>
internal sealed record SignatureInput(string Keyid, string Scheme, string Sig, AssertionInput? Webauthn);

internal sealed record AssertionInput(string AuthenticatorData, string ClientDataJson);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FailureAnswer))]
[JsonSerializable(typeof(PreparedAnswer))]
[JsonSerializable(typeof(SignInAnswer))]
[JsonSerializable(typeof(EnvelopesAnswer))]
[JsonSerializable(typeof(SignatureInput))]
[JsonSerializable(typeof(InvitationKeyAnswer))]
[JsonSerializable(typeof(DrawingAnswer))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ModuleJson : JsonSerializerContext;
