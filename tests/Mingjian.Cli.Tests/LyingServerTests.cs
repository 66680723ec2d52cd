using System.Text;
using Mingjian.Acts.Receipts;
using Mingjian.Log;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>The command line against servers that lie: it says so, ends with another code than 0, and shows no stack trace.</summary>
public sealed class LyingServerTests : IDisposable
{
    private const string Session = """{"csrfHeader":"X-CSRF-TOKEN","csrfToken":"t","network":"lies.mingjian.invalid/1","signedIn":false}""";
    private const string Member = "m-00000000000000000000000000000001";
    private const string Code = "AAAAAAAAAAAAAAAAAAAAAA";

    private static readonly string Network = Repository.File("vectors", "receipts", "network.mjnet.json");
    private static readonly string Scanned = Repository.File("vectors", "receipts", "payment.qr.txt");
    private static readonly byte[] Receipt = File.ReadAllBytes(Repository.File("vectors", "receipts", "payment.mjreceipt"));
    private static readonly byte[] Reversed = File.ReadAllBytes(Repository.File("vectors", "receipts", "reversed.mjstanding"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-cli-lies-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_standing_that_is_altered_cut_or_somebody_elses_is_not_taken()
    {
        foreach (var (what, body) in new (string, byte[])[]
        {
            ("cut", Reversed[..(Reversed.Length / 2)]), ("altered", Altered(Reversed)), ("empty", []), ("a page", "<!DOCTYPE html><p>登录"u8.ToArray()),
            ("a receipt", Receipt), ("JSON of another kind", "{}"u8.ToArray()), ("null", "null"u8.ToArray()), ("too large", new byte[4 << 20]),
        })
        {
            using var server = new LyingServer(r => r.Url!.AbsolutePath.StartsWith("/api/v1/standing/", StringComparison.Ordinal) ? new Lie(body) : null);
            var result = await Cli.RunAsync("verify", Scanned, "-n", Network, "--online", $"{server.Address}");
            AssertTold(what, result, 4);
            Assert.True(result.Output.Contains("没有采用", StringComparison.Ordinal) || result.Errors.Contains("没有取得", StringComparison.Ordinal), $"{what}\n{result}");
            Assert.Contains("此后是否冲正未检查", result.Output, StringComparison.Ordinal);
        }

        // The true one, from the same server, is taken: so the above could have failed.
        using var honest = new LyingServer(r => r.Url!.AbsolutePath.StartsWith("/api/v1/standing/", StringComparison.Ordinal) ? new Lie(Reversed) : null);
        Assert.Equal(3, (await Cli.RunAsync("verify", Scanned, "-n", Network, "--online", $"{honest.Address}")).Code);
    }

    [Fact]
    public async Task An_audit_of_a_log_that_is_another_s_cut_or_made_up_fails()
    {
        var token = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(token, $"mj-access-{new string('0', 64)}\n");
        var genuine = TlogProof.Parse(ReceiptFile.Parse(Receipt).Proof)!.Checkpoint;
        var another = genuine.Replace(genuine.Split('\n')[0], "other.invalid/1", StringComparison.Ordinal);
        foreach (var (what, checkpoint, tile) in new (string, string, byte[]?)[]
        {
            ("another network's checkpoint", another, null), ("an altered checkpoint", genuine.Replace(genuine.Split('\n')[1], "100000", StringComparison.Ordinal), null),
            ("no checkpoint", "checkpoint\n", null), ("an empty checkpoint", string.Empty, null),
            ("its checkpoint without tiles", genuine, null), ("its checkpoint with tiles of nothing", genuine, new byte[32]), ("its checkpoint with empty tiles", genuine, []),
            ("its checkpoint with random tiles", genuine, [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 31))]),
        })
        {
            using var server = new LyingServer(r => r.Url!.AbsolutePath switch
            {
                "/ledger/checkpoint" => new Lie(Encoding.UTF8.GetBytes(checkpoint), "text/plain"),
                var path when path.StartsWith("/ledger/tile/", StringComparison.Ordinal) && tile is not null => new Lie(tile, "application/octet-stream"),
                _ => null,
            });
            AssertTold(what, await Cli.RunAsync("audit", $"{server.Address}", "--network", Network, "--token", token), 1, 2);
            AssertTold(what, await Cli.RunAsync("audit", $"{server.Address}", "--network", Network, "--token", token, "--json"), 1, 2);
        }

        // Its own network file, made up: nothing is audited by it.
        foreach (var file in new[] { "{}", "null", "[]", "<html>", "{\"format\":\"mingjian-network@v2\"}" })
        {
            using var server = new LyingServer(r => r.Url!.AbsolutePath == "/ledger/network" ? Lie.Json(file) : null);
            AssertTold(file, await Cli.RunAsync("audit", $"{server.Address}", "--token", token), 2);
        }
    }

    [Fact]
    public async Task What_is_no_session_ends_before_anything_is_signed()
    {
        var key = await KeyAsync();
        foreach (var session in new[]
        {
            "{}", "[]", "null", "\"x\"", "1", "<html>", "{\"csrfHeader\":null,\"csrfToken\":\"t\",\"network\":\"a.invalid/1\"}", Session.Replace("X-CSRF-TOKEN", "X\\r\\nY: z", StringComparison.Ordinal),
            Session.Replace("lies.mingjian.invalid/1", "not a network", StringComparison.Ordinal), Session.Replace("\"t\"", "7", StringComparison.Ordinal),
            Session.Replace("\"t\"", "\"a\\r\\nb\"", StringComparison.Ordinal), Session.Replace("X-CSRF-TOKEN", "", StringComparison.Ordinal),
        })
        {
            var asked = 0;
            using var server = new LyingServer(r => r.Url!.AbsolutePath == "/api/v1/session" ? Lie.Json(session) : Count());
            AssertTold(session, await Cli.RunAsync("key", "bind", key, "--server", $"{server.Address}", "--member", Member, "--code", Code), 2);
            Assert.Equal(0, asked);

            Lie? Count()
            {
                asked++;
                return null;
            }
        }
    }

    [Fact]
    public async Task An_answer_that_is_not_about_what_was_sent_counts_as_no_answer()
    {
        var key = await KeyAsync();
        var other = Convert.ToBase64String(new byte[32]);
        foreach (var answer in new[]
        {
            "{\"ok\":true,\"results\":[]}", "{\"ok\":true}", "{\"ok\":true,\"results\":{}}", "{\"results\":[{}]}", "{\"results\":[null]}", "[]", "null", "", "{\"results\":[{\"status\":1}]}",
            $"{{\"ok\":true,\"results\":[{{\"status\":\"final\",\"transactionId\":\"{other}\",\"height\":1,\"index\":1}}]}}", "{\"ok\":true,\"results\":[{\"status\":\"final\",\"transactionId\":null}]}",
            $"{{\"ok\":true,\"results\":[{{\"status\":\"final\",\"transactionId\":\"{other}\"}},{{\"status\":\"final\",\"transactionId\":\"{other}\"}}]}}",
        })
        {
            using var server = new LyingServer(r => r.Url!.AbsolutePath switch { "/api/v1/session" => Lie.Json(Session), "/api/v1/invitations/redeem" => Lie.Json(answer), _ => null });
            AssertTold(answer, await Cli.RunAsync("key", "bind", key, "--server", $"{server.Address}", "--member", Member, "--code", Code), 1, 2);
        }
    }

    [Fact]
    public async Task A_challenge_or_a_backup_that_is_none_is_refused_in_words()
    {
        var key = await KeyAsync();
        var roster = Repository.File("samples", "roster-300.xlsx");
        foreach (var challenge in new[] { "{}", "[]", "null", "{\"payloadType\":1,\"payload\":2}", "{\"payloadType\":\"x\",\"payload\":\"!\"}", "{\"payloadType\":\"application/vnd.mingjian.transaction.v1+json\",\"payload\":\"e30=\"}" })
        {
            using var server = new LyingServer(r => r.Url!.AbsolutePath switch { "/api/v1/session" => Lie.Json(Session), "/api/v1/session/challenge" => Lie.Json(challenge), _ => null });
            AssertTold(challenge, await Cli.RunAsync("import", roster, "--key", key, "--server", $"{server.Address}", "--yes"), 2);
        }
    }

    private static void AssertTold(string what, CliResult result, params int[] codes)
    {
        Assert.True(codes.Contains(result.Code), $"{what}: expected {string.Join(" or ", codes)}\n{result}");
        Assert.True((result.Output + result.Errors).Any(c => c >= 0x4E00) || result.Output.Contains("\"fault\"", StringComparison.Ordinal), $"{what}: nothing said\n{result}");
        foreach (var trace in new[] { "   at ", "Unhandled", "Exception:" })
        {
            Assert.False((result.Output + result.Errors).Contains(trace, StringComparison.Ordinal), $"{what}: {trace}\n{result}");
        }
    }

    // One letter in the middle of what is signed.
    private static byte[] Altered(byte[] standing)
    {
        var bytes = standing.ToArray();
        bytes[bytes.Length / 2] = bytes[bytes.Length / 2] == (byte)'A' ? (byte)'B' : (byte)'A';
        return bytes;
    }

    private async Task<string> KeyAsync()
    {
        var key = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.pem");
        Assert.Equal(0, (await Cli.RunAsync("key", "new", key)).Code);
        return key;
    }
}
