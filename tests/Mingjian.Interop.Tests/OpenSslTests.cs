using System.Security.Cryptography;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Interop.Tests;

public sealed class OpenSslTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mingjian-openssl-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Openssl_checks_a_members_signature_over_the_pae()
    {
        using var signer = Es256Signer.Create();
        var payload = new TransactionPayload(
            "dues.RecordPayment", NetworkId.Parse("interop.mingjian.invalid/1"), new LedgerTime(1_795_430_400_000), new Nonce(1), signer.Key.Id, "{}"u8.ToArray());
        var envelope = SigningRequest.For(payload.Encode()).SignWith(signer)[0];
        var signature = envelope.Signatures[0].Sig;
        Assert.Equal((0, "Verified OK\n"), await OpenSsl.VerifyAsync(_folder, signer.Key, signature, envelope.ToPae()));
        Assert.Equal(1, (await OpenSsl.VerifyAsync(_folder, signer.Key, signature, envelope.Payload)).Code);
    }

    [Fact]
    public async Task Openssl_checks_a_batch_signature_over_the_root()
    {
        using var signer = Es256Signer.Create();
        var request = SigningRequest.For("{\"a\":1}"u8.ToArray(), "{\"a\":2}"u8.ToArray(), "{\"a\":3}"u8.ToArray());
        var signature = request.SignWith(signer)[2].Signatures[0];
        Assert.Equal((0, "Verified OK\n"), await OpenSsl.VerifyAsync(_folder, signer.Key, signature.Sig, request.Message));
    }

    [Fact]
    public async Task We_accept_a_signature_that_openssl_made()
    {
        var key = Path.Combine(_folder, "private.pem");
        var made = Path.Combine(_folder, "made");
        byte[] message = [1, 2, 3];
        Assert.Equal(0, (await OpenSsl.RunAsync("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)).Code);
        Assert.Equal(0, (await OpenSsl.RunAsync("dgst", "-sha256", "-sign", key, "-out", made, OpenSsl.Write(_folder, "message", message))).Code);
        var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(await File.ReadAllTextAsync(key));
        using var signer = new Es256Signer(ecdsa);
        Assert.True(EcdsaFormat.TryFromDer(await File.ReadAllBytesAsync(made), out var signature));
        var hash = SHA256.HashData(message);
        Assert.Equal(EcOutcome.Valid, new PlatformEcVerifier().Verify(signer.Key, hash, signature));
        Assert.Equal(EcOutcome.Valid, new BouncyCastleEcVerifier().Verify(signer.Key, hash, signature));
    }

    [Fact]
    public async Task Openssl_checks_the_logs_signature_of_a_checkpoint()
    {
        var note = new Checkpoint(ServedLog.Origin, 0, Merkle.EmptyRoot).Sign(ServedLog.Log, [ServedLog.Node], 7);
        var key = OpenSsl.Pem("302a300506032b6570032100", ServedLog.Log.Key.PublicKey.Span);
        var (code, output) = await OpenSsl.RunAsync(
            "pkeyutl", "-verify", "-pubin", "-inkey", OpenSsl.Write(_folder, "key.pem", key),
            "-rawin", "-in", OpenSsl.Write(_folder, "text", note.TextBytes), "-sigfile", OpenSsl.Write(_folder, "signature", note.Signatures[0].Signature));
        Assert.True(code == 0, output);
        Assert.Contains("Verified Successfully", output, StringComparison.Ordinal);
    }
}
