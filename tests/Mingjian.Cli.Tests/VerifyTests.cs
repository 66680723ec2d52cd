using System.Text.Json;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

public sealed class VerifyTests
{
    private static readonly string Network = Repository.File("vectors", "receipts", "network.mjnet.json");
    private static readonly string Receipt = Repository.File("vectors", "receipts", "payment.mjreceipt");

    private static readonly string Reversed = Repository.File("vectors", "receipts", "reversed.mjreceipt");
    private static readonly string ReversedStanding = Repository.File("vectors", "receipts", "reversed.mjstanding");
    private static readonly string Scanned = Repository.File("vectors", "receipts", "payment.qr.txt");

    [Fact]
    public async Task A_genuine_receipt_in_force_ends_with_exit_code_0_and_says_as_of_when()
    {
        var result = await Cli.RunAsync("verify", Receipt, "--network", Network);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(11, result.Output.Split("[通过]").Length - 1);
        Assert.Contains("合计：48.00 元", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "结论：内容自签署后没有改动；截至2026-11-22 19:00:00（北京时间）第 120 区块，这笔缴纳有效。", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_texts_of_its_QR_codes_leave_open_whether_it_was_reversed_exit_code_4()
    {
        var result = await Cli.RunAsync("verify", Scanned, "-n", Network);

        Assert.True(result.Code == 4, result.ToString());
        Assert.Contains("结论：内容自签署后没有改动；此后是否冲正未检查。", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("核验通过", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reversed_payment_has_its_own_result_and_exit_code_3()
    {
        foreach (var arguments in new string[][] { [Reversed], [Receipt, "--standing", ReversedStanding], [Scanned, "--standing", ReversedStanding] })
        {
            var result = await Cli.RunAsync(["verify", .. arguments, "-n", Network]);
            Assert.True(result.Code == 3, result.ToString());
            Assert.Contains("[已冲正] 是否冲正（in-force）：这笔缴纳已经冲正（原因：金额登错；", result.Output, StringComparison.Ordinal);
            Assert.Contains("但是这笔缴纳已经冲正", result.Output, StringComparison.Ordinal);
            Assert.Contains("（已冲正，凭证作废）", result.Output, StringComparison.Ordinal);
        }

        var json = JsonElement.Parse((await Cli.RunAsync("verify", Reversed, "-n", Network, "--json")).Output);
        Assert.Equal("reversed", json.GetProperty("verdict").GetString());
        Assert.Equal(121, json.GetProperty("standing").GetProperty("height").GetInt64());
        Assert.Equal(7, json.GetProperty("standing").GetProperty("reversed").GetProperty("height").GetInt64());
        Assert.False(json.TryGetProperty("ok", out _), "a program that read only this would take a reversed payment for a good one");
    }

    [Fact]
    public async Task A_standing_older_than_demanded_counts_as_not_checked()
    {
        var age = (DateTimeOffset.UtcNow - new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero)).TotalDays;
        var young = await Cli.RunAsync("verify", Receipt, "-n", Network, "--at-most-days", $"{Math.Max(0, (int)age + 2)}");
        Assert.True(young.Code == 0, young.ToString());
        var old = await Cli.RunAsync("verify", Receipt, "-n", Network, "--at-most-days", "0", "--json");
        Assert.True(old.Code == (age > 0 ? 4 : 0), old.ToString());
        Assert.Equal(age > 0 ? "unchanged" : "inForce", JsonElement.Parse(old.Output).GetProperty("verdict").GetString());
        foreach (var days in new[] { "-1", "36501", "x" })
        {
            Assert.Equal(2, (await Cli.RunAsync("verify", Receipt, "-n", Network, "--at-most-days", days)).Code);
        }
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_or_answers_something_else_takes_nothing_away_and_adds_nothing()
    {
        // A port that nobody listens to, and a standing of nothing.
        var unreachable = await Cli.RunAsync("verify", Scanned, "-n", Network, "--online", "http://127.0.0.1:1/");
        Assert.True(unreachable.Code == 4, unreachable.ToString());
        Assert.Contains("没有连上", unreachable.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync("verify", Receipt, "-n", Network, "--online", "http://127.0.0.1:1/")).Code);
        var rubbish = await Cli.RunAsync("verify", Scanned, "-n", Network, "--standing", Network);
        Assert.True(rubbish.Code == 4, rubbish.ToString());
        Assert.Contains("没有采用", rubbish.Output, StringComparison.Ordinal);
        foreach (var arguments in new string[][]
        {
            ["--online", "ftp://127.0.0.1/"], ["--online", "http://127.0.0.1:1/", "--standing", ReversedStanding], ["--standing", "missing"],
        })
        {
            Assert.Equal(2, (await Cli.RunAsync(["verify", Receipt, "-n", Network, .. arguments])).Code);
        }
    }

    [Theory]
    [InlineData("format")]
    [InlineData("entry")]
    [InlineData("signature")]
    [InlineData("inclusion")]
    [InlineData("checkpoint")]
    [InlineData("rule")]
    [InlineData("holder")]
    [InlineData("standing-seal")]
    [InlineData("standing-checkpoint")]
    [InlineData("standing-proof")]
    [InlineData("in-force")]
    public async Task A_faulty_receipt_fails_with_exit_code_1_and_names_the_step(string step)
    {
        var result = await Cli.RunAsync(
            "verify", Repository.File("vectors", "receipts", "faulty", step + ".mjreceipt"), "-n", Network, "--json");

        Assert.True(result.Code == 1, result.ToString());
        var steps = JsonElement.Parse(result.Output).GetProperty("steps").EnumerateArray()
            .Where(s => s.GetProperty("status").GetString() == "failed").Select(s => s.GetProperty("id").GetString());
        Assert.Equal([step], steps);
    }

    [Fact]
    public async Task What_cannot_be_checked_ends_with_exit_code_2_and_says_why()
    {
        var scratch = Directory.CreateTempSubdirectory("mingjian-cli-");
        try
        {
            var qr = Path.Combine(scratch.FullName, "two.txt");
            await File.WriteAllLinesAsync(qr, (await File.ReadAllLinesAsync(Repository.File("vectors", "receipts", "payment.qr.txt"))).Skip(1));
            foreach (var arguments in new string[][]
            {
                [], ["verify"], ["verify", Receipt], ["verify", Receipt, "-n", Receipt], ["verify", Receipt, "-n", "missing.json"],
                ["verify", "missing.mjreceipt", "-n", Network], ["verify", qr, "-n", Network], ["audit", scratch.FullName], ["rebuild", scratch.FullName],
            })
            {
                var result = await Cli.RunAsync(arguments);
                Assert.True(result.Code == 2, $"{string.Join(' ', arguments)}: {result}");
                Assert.NotEmpty(result.Errors);
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_new_key_is_readable_by_its_owner_only_and_shows_the_same_id_again()
    {
        var scratch = Directory.CreateTempSubdirectory("mingjian-cli-");
        try
        {
            var file = Path.Combine(scratch.FullName, "officer.pem");
            var made = await Cli.RunAsync("key", "new", file);
            var shown = await Cli.RunAsync("key", "show", file);
            var again = await Cli.RunAsync("key", "new", file);

            Assert.True(made.Code == 0, made.ToString());
            Assert.Equal(made.Output, shown.Output);
            Assert.True(again.Code == 2, "an existing key must not be overwritten");
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
