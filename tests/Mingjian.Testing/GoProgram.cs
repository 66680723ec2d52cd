using System.ComponentModel;
using System.Diagnostics;

namespace Mingjian.Testing;

/// <summary>The Go programs of tests/Mingjian.Interop.Tests/go, built once a process from Debian's packages without network.</summary>
public static class GoProgram
{
    /// <summary>What they are built from.</summary>
    public const string Packages = "golang-go golang-golang-x-mod-dev";

    private static readonly Lazy<Task<string>> Verify = new(() => BuildAsync("verify", "verify.go", "log.go"));
    private static readonly Lazy<Task<string>> Watch = new(() => BuildAsync("watch", "watch.go", "log.go"));
    private static readonly Lazy<Task<string>> Audit = new(() => BuildAsync(
        "audit", [.. Directory.GetFiles(Path.Combine(Folder, "audit"), "*.go").Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(Folder, f))]));

    private static string Folder => Repository.File("tests", "Mingjian.Interop.Tests", "go");

    /// <summary>The path of the program that reads one log whole.</summary>
    public static Task<string> VerifyAsync() => Verify.Value;

    /// <summary>The path of the program that holds several nodes' checkpoints to each other over time.</summary>
    public static Task<string> WatchAsync() => Watch.Value;

    /// <summary>The path of the program that audits a whole ledger with a second implementation of its formats.</summary>
    public static Task<string> AuditAsync() => Audit.Value;

    private static async Task<string> BuildAsync(string name, params IReadOnlyList<string> sources)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"mingjian-go-{Environment.UserName}");
        Directory.CreateDirectory(folder);
        var binary = Path.Combine(folder, $"{name}-{Environment.ProcessId}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(binary);
        var start = new ProcessStartInfo("go", ["build", "-o", binary, .. sources.Select(s => Path.Combine(Folder, s))])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            Environment =
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = "/usr/share/gocode",
                ["GOCACHE"] = Path.Combine(folder, "cache"),
                ["GOFLAGS"] = string.Empty,
                ["GOTOOLCHAIN"] = "local",
            },
        };
        try
        {
            using var go = Process.Start(start)!;
            var errors = await go.StandardError.ReadToEndAsync();
            await go.WaitForExitAsync();
            return go.ExitCode == 0 ? binary : throw new InvalidOperationException($"{name} did not build (apt-get install {Packages}):\n{errors}");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"go is needed: apt-get install {Packages}", e);
        }
    }
}
