using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cli.Tests;

/// <summary>What the command line signs, and what it does not although it was asked to.</summary>
public sealed class SignedOnlyTests
{
    private static readonly NetworkId Network = NetworkId.Parse("acts.mingjian.invalid/1");
    private static readonly SignatureVerifier Verifier = new(new PlatformEcVerifier());

    private static NodesCommand Restart => new RestartHeight(2, 9, [1], [new NodeStatement(1, null)]);

    [Theory]
    [InlineData("members.ImportMembers", true)]
    [InlineData("dues.SetStandards", true)]
    [InlineData("members.ImportMembers dues.SetStandards members.ImportMembers", true)]
    [InlineData("", false)]
    [InlineData("members.RevokeKey", false)]
    [InlineData("members.ImportMembers members.IssueInvitation", false)]
    [InlineData("members.importmembers", false)]
    [InlineData("members.ImportMembersToo", false)]
    [InlineData("dues.SetStandards nodes.ChangeNodes dues.SetStandards", false)]
    public void An_import_is_rows_and_standards_and_nothing_beside(string commands, bool isImport)
    {
        var acts = commands.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => new ActSummary(c, "导入党员名册", []));
        Assert.Equal(isImport, ImportCommand.IsImport(new SigningSummary("导入党员名册", [], [.. acts])));
    }

    [Fact]
    public void Whoever_signs_first_is_the_acts_signer_and_every_signature_is_over_the_same_bytes()
    {
        using var first = Es256Signer.Create();
        using var second = Es256Signer.Create();
        var prepared = ActFile.Prepare(Restart, Network);
        Assert.Equal(default, PayloadOf(prepared).Signer);

        var once = prepared.SignWith(first);
        Assert.Equal(first.Key.Id, PayloadOf(once).Signer);
        Assert.Equal(PayloadOf(prepared).Nonce, PayloadOf(once).Nonce);
        var twice = once.SignWith(second);
        Assert.Equal(once.Envelope.Payload, twice.Envelope.Payload);
        Assert.Equal([first.Key.Id, second.Key.Id], twice.Envelope.Signatures.Select(s => s.Keyid));
        foreach (var (signature, key) in twice.Envelope.Signatures.Zip([first.Key, second.Key]))
        {
            Assert.Equal(SignatureFault.None, Verifier.Verify(Pae.OfTransaction(twice.Envelope.Payload), signature, key));
        }
    }

    [Fact]
    public void Signing_again_changes_nothing()
    {
        using var first = Es256Signer.Create();
        using var second = Es256Signer.Create();
        var signed = ActFile.Prepare(Restart, Network).SignWith(first).SignWith(second);
        Assert.Same(signed, signed.SignWith(first));
        Assert.Same(signed, signed.SignWith(second));
    }

    [Fact]
    public void An_act_of_another_contract_and_bytes_that_are_no_act_get_no_signature()
    {
        using var signer = Es256Signer.Create();
        var revoke = PreparedActs.Create(
            [new RevokeKey(signer.Key.Id, KeyRevocationReason.Lost)], Network, signer.Key.Id, ServerClient.Now, DisplayNames.None).Request.SignWith(signer)[0];
        foreach (var payload in new[] { revoke.Payload, "{}"u8.ToArray(), [], "x"u8.ToArray() })
        {
            var file = new ActFile(new Envelope(payload, Envelope.TransactionType, []));
            Assert.Equal("不是网络事项，没有签名。", Assert.Throws<CommandException>(() => file.SignWith(signer)).Message);
        }
    }

    private static TransactionPayload PayloadOf(ActFile act)
    {
        Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(act.Envelope.Payload, out var payload));
        return payload!;
    }
}
