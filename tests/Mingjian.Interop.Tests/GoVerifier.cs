using System.Globalization;
using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>The Go program go/verify.go.</summary>
internal static class GoVerifier
{
    public static async Task<(int Code, string Output)> VerifyAsync(
        string prefix, string logKey, string nodeKey, int step, params IReadOnlyList<string> older) =>
        await VerifyAsync(null, prefix, logKey, nodeKey, step, older);

    /// <param name="token">Opens the entries; null where they are open.</param>
    public static async Task<(int Code, string Output)> VerifyAsync(
        string? token, string prefix, string logKey, string nodeKey, int step, IReadOnlyList<string> older) =>
        await OtherProgram.RunAsync(
            await GoProgram.VerifyAsync(), GoProgram.Packages, [prefix, logKey, nodeKey, step.ToString(CultureInfo.InvariantCulture), .. older],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["MINGJIAN_TOKEN"] = token ?? string.Empty });
}
