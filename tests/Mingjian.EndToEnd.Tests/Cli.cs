using System.Diagnostics;

namespace Mingjian.EndToEnd.Tests;

/// <summary>The command line, run as its user would.</summary>
internal static class Cli
{
    public static async Task VerifyAsync(string receipt, string network)
    {
        var (code, output) = await RunAsync("verify", receipt, "--network", network);
        Assert.True(code == 0, output);
        var altered = await File.ReadAllBytesAsync(receipt);
        altered[^40] ^= 0x04;
        await File.WriteAllBytesAsync(receipt + ".flipped", altered);
        var (refused, why) = await RunAsync("verify", receipt + ".flipped", "--network", network);
        Assert.True(refused != 0, why);
    }

    /// <summary>The file proves "in force" of its own time; the server, asked, that the payment was reversed since.</summary>
    public static async Task VerifyReversedAsync(string receipt, string network, Uri server)
    {
        var (alone, said) = await RunAsync("verify", receipt, "--network", network);
        Assert.True(alone == 0 && said.Contains("截至", StringComparison.Ordinal), said);
        var (asked, told) = await RunAsync("verify", receipt, "--network", network, "--online", $"{server}");
        Assert.True(asked == 3 && told.Contains("已经冲正", StringComparison.Ordinal), told);
    }

    public static async Task AuditAsync(string directory)
    {
        var (code, output) = await RunAsync("audit", directory);
        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var folder = Repository.Output("Mingjian.Cli");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(folder, "mingjian.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, $"mingjian {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }
}
