using System.Diagnostics;
using System.Text;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>The command line as a process of its own.</summary>
internal static class Cli
{
    public static Task<CliResult> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    /// <param name="environment">Added to this process's own.</param>
    public static async Task<CliResult> RunAsync(IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(Repository.Output("Mingjian.Cli"), "mingjian.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await errors);
    }
}

internal sealed record CliResult(int Code, string Output, string Errors)
{
    public override string ToString() => $"exit {Code}\n{Output}\n{Errors}";
}
