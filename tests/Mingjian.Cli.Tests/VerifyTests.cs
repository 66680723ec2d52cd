using System.Text.Json;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

public sealed class VerifyTests
{
    private static readonly string Network = Repository.File("vectors", "receipts", "network.mjnet.json");
    private static readonly string Receipt = Repository.File("vectors", "receipts", "payment.mjreceipt");

    [Fact]
    public async Task A_genuine_receipt_passes_with_exit_code_0()
    {
        var result = await Cli.RunAsync("verify", Receipt, "--network", Network);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(7, result.Output.Split("[通过]").Length - 1);
        Assert.Contains("合计：48.00 元", result.Output, StringComparison.Ordinal);
        Assert.Contains("结论：核验通过。", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_texts_of_its_QR_codes_pass_too()
    {
        var result = await Cli.RunAsync("verify", Repository.File("vectors", "receipts", "payment.qr.txt"), "-n", Network);

        Assert.True(result.Code == 0, result.ToString());
    }

    [Theory]
    [InlineData("format")]
    [InlineData("entry")]
    [InlineData("signature")]
    [InlineData("inclusion")]
    [InlineData("checkpoint")]
    [InlineData("rule")]
    [InlineData("holder")]
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
