using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("browser")]

namespace Mingjian.Web.Trust;

/// <summary>The runtime wants an entry point; the module only exports functions (<see cref="TrustModule"/>).</summary>
internal static class Program
{
    private static void Main()
    {
    }
}
