using System.Net;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;
using Mingjian.Server.Access;

namespace Mingjian.Server.Tests;

/// <summary>Records of the state with proofs over HTTP: what they prove, and who gets them.</summary>
public sealed class StateProofTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-state-").FullName;
    private RunningServer _server = null!;
    private Browser _member = null!;
    private Browser _secretary = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.OpenAsync(demo: true, _directory);
        _member = _server.Open();
        await _member.SignInAsDemoAsync("member");
        _secretary = _server.Open();
        await _secretary.SignInAsDemoAsync("secretary");
    }

    public async ValueTask DisposeAsync()
    {
        _member.Dispose();
        _secretary.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_record_and_the_absence_of_one_are_proven_under_the_newest_block_s_seal_and_checkpoint()
    {
        var network = TrustedNetwork.Parse(await _member.Client.GetByteArrayAsync("/ledger/network"));
        Assert.NotNull(Check(await FileAsync(_member, MembersState.Members.Key(_member.Member).Path), network));
        Assert.NotNull(Check(await FileAsync(_member, OrganizationsState.TopKey.Path), network));

        // Nobody has ever asked for a reduction so far ahead, and a node that is alone has no agreement.
        Assert.Null(Check(await FileAsync(_member, DuesState.Months.Key(_member.Member, new Month(2099, 1)).Path), network));
        Assert.Null(Check(await FileAsync(_member, NodesState.TopKey.Path), network));
    }

    [Fact]
    public async Task A_person_gets_what_is_about_himself_or_nobody_and_all_else_is_answered_alike()
    {
        var (own, other) = (_member.Member, _secretary.Member);
        var state = _server.Ledger.ReadState();
        foreach (var path in new[]
        {
            $"members/member/{own}", $"organizations/posts/{own}", $"dues/standard/{own}", $"dues/reduction/{own}", $"dues/month/{own}/2026-11",
            $"members/key/{state.KeysOf(own)!.Keys[0]}", $"organizations/organization/{state.Member(own)!.Branch}", "organizations/sites/network",
        })
        {
            Assert.Equal((path, HttpStatusCode.OK), (path, (await AskAsync(_member, "/api/v1/state/" + path)).Status));
        }

        var answers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in new[]
        {
            $"members/member/{other}", $"members/member/{Cast(1)}", $"members/keys/{own}", $"members/keys/{other}", $"organizations/posts/{other}", $"dues/standard/{other}",
            $"dues/month/{other}/2026-11", $"dues/month/{own}x/2026-11", $"dues/month//{own}", $"members/key/{state.KeysOf(other)!.Keys[0]}", $"members/key/k-{new string('0', 32)}",
            $"dues/payment/p-{new string('0', 32)}", $"members/identity/{new string('0', 64)}", $"members/import/i-{new string('0', 32)}", "x", "", "dues/month/", "members/member/%FF",
        })
        {
            var (status, text, _) = await AskAsync(_member, "/api/v1/state/" + path);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, status));
            answers.Add(text[..(text.IndexOf("traceId", StringComparison.Ordinal) is var at and > 0 ? at : text.Length)]);
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task Every_record_is_open_to_an_auditor_s_token_and_to_no_session_header_or_stranger()
    {
        var path = $"/ledger/state/{MembersState.Members.Key(_member.Member).Path}";
        var operatorToken = (await File.ReadAllTextAsync(Path.Combine(_directory, "demo", "operator.token"))).Trim();
        using var nobody = _server.Open();
        foreach (var credential in new[] { null, "Bearer", "Bearer x", $"Bearer {operatorToken}", $"Bearer mj-access-{new string('0', 64)}", "Mingjian-Node e30=.AAAA" })
        {
            foreach (var asked in new[] { path, "/ledger/state/x", "/ledger/STATE/" + path[14..] })
            {
                var (status, text, _) = await AskAsync(nobody, asked, credential);
                Assert.Equal((credential, HttpStatusCode.Unauthorized), (credential, status));
                Assert.DoesNotContain("m-", text, StringComparison.Ordinal);
            }
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(_member, path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(nobody, path.Replace("/ledger/", "/api/v1/", StringComparison.Ordinal))).Status);

        var token = AccessGrantFile.Grant(Path.Combine(_directory, "demo"), "监督组", AccessPurpose.Audit, _server.Clock.GetUtcNow(), TimeSpan.FromDays(2));
        var (open, _, cache) = await AskAsync(nobody, path, $"Bearer {token}");
        Assert.Equal((HttpStatusCode.OK, "no-store, private"), (open, cache));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(nobody, "/ledger/state/x", $"Bearer {token}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(nobody, "/ledger/state/%E6%98%8E", $"Bearer {token}")).Status);
        _server.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(nobody, path, $"Bearer {token}")).Status);
    }

    private static MemberId Cast(int number) => new((UInt128)(uint)number);

    /// <summary>As a verifier with nothing but the network file does it.</summary>
    private byte[]? Check(StateProofFile file, TrustedNetwork network)
    {
        var proof = TlogProof.Parse(file.SealProof)!;
        var head = _server.Ledger.Head;
        var seal = Assert.IsType<SealEntry>(LogEntry.Decode(file.Seal));
        Assert.Equal((head.Height, seal.FirstIndex + seal.Entries - 1), (seal.Height, proof.Index));
        var final = network.At(head.Size).Policy.Check(proof.Checkpoint, refuseUnknown: true);
        Assert.Equal(Log.Notes.CheckpointFault.None, final.Fault);
        Assert.True(Merkle.VerifyInclusion(Merkle.HashLeaf(file.Seal), proof.Index, final.Checkpoint!.Size, proof.Path, final.Checkpoint.Root));
        var (state, path) = (StateProof.TryDecode(file.Proof)!, StateHash.PathOf(file.Key));
        Assert.Equal(
            StateProofFault.None,
            file.Value is null ? state.VerifyAbsence(seal.StateRoot, path) : state.VerifyPresence(seal.StateRoot, path, Hash32.Of(file.Value)));
        return file.Value;
    }

    private static async Task<StateProofFile> FileAsync(Browser browser, string key) =>
        CanonicalJson.Decode(await browser.Client.GetByteArrayAsync("/api/v1/state/" + key), StateProofJson.Canonical);

    private static async Task<(HttpStatusCode Status, string Text, string? Cache)> AskAsync(Browser browser, string path, string? credential = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (credential is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", credential);
        }

        using var response = await browser.Client.SendAsync(request);
        return (response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()), response.Headers.CacheControl?.ToString());
    }
}
