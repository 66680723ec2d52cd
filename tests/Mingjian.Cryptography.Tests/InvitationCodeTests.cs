using System.Text.Json;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class InvitationCodeTests
{
    [Fact]
    public void The_vectors_keys_come_from_their_codes()
    {
        var rows = Read().GetProperty("keys").EnumerateArray().ToArray();
        Assert.Equal(4, rows.Length);
        foreach (var row in rows)
        {
            Assert.True(InvitationCode.TryParse(row.GetProperty("code").GetString(), out var code));
            Assert.Equal(row.GetProperty("key").GetString(), code.Key.ToString());
            Assert.Equal(row.GetProperty("keyid").GetString(), code.Key.Id.ToString());
            Assert.Equal(row.GetProperty("code").GetString(), code.ToString());
        }
    }

    [Fact]
    public void A_codes_signature_holds_with_both_implementations_and_for_no_other_message()
    {
        var code = InvitationCode.New();
        foreach (var verifier in new SignatureVerifier[] { new(new PlatformEcVerifier()), new(new BouncyCastleEcVerifier()) })
        {
            for (var n = 0; n < 64; n++)
            {
                var payload = Fixtures.Payload(n);
                var envelope = SigningRequest.For(payload).SignWith(code)[0];
                Assert.Equal(SignatureFault.None, verifier.Verify(envelope.ToPae(), envelope.Signatures[0], code.Key));
                Assert.NotEqual(SignatureFault.None, verifier.Verify(Pae.OfTransaction(Fixtures.Payload(n + 1)), envelope.Signatures[0], code.Key));
            }
        }
    }

    [Fact]
    public void Two_codes_are_never_the_same() =>
        Assert.NotEqual(InvitationCode.New().Key, InvitationCode.New().Key);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA+A")]
    [InlineData("AAAAAAAAAA AAAAAAAAAAA")]
    [InlineData("码AAAAAAAAAAAAAAAAAAAAA")]
    public void Anything_but_the_one_spelling_of_16_bytes_is_refused(string? text) => Assert.False(InvitationCode.TryParse(text, out _));

    private static JsonElement Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Mingjian.slnx")))
        {
            folder = folder.Parent;
        }

        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.FullName, "vectors", "invitations", "keys.json"))).RootElement;
    }
}
