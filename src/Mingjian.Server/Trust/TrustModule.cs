using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Mingjian.Server.Trust;

/// <summary>Serves the browser's trust module (Mingjian.Web.Trust), and the QR reader beside it, from the folder <c>trust</c> beside the program.</summary>
/// <remarks>Open to everybody: verifying needs no sign-in. Only files found at the start are served, so no path can lead elsewhere.</remarks>
internal static class TrustModule
{
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>In order of preference; the build makes all of them.</summary>
    private static readonly (string Coding, string Suffix)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    public static void MapTrustModule(this IEndpointRouteBuilder app)
    {
        var files = Load(Path.Combine(AppContext.BaseDirectory, "trust"));
        app.MapMethods("/trust/_framework/{name}", [HttpMethods.Get, HttpMethods.Head], (string name, HttpContext context) =>
                files.TryGetValue(name, out var file) ? Serve(file, context) : Results.NotFound())
            .AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Files by name, without their compressed forms.</summary>
    /// <exception cref="InvalidOperationException">The module was not built: nobody could sign or verify, so the server does not start.</exception>
    internal static FrozenDictionary<string, ModuleFile> Load(string folder)
    {
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        var files = paths
            .Where(p => !Codings.Any(c => p.EndsWith(c.Suffix, StringComparison.Ordinal)))
            .Select(p => new ModuleFile(
                p, MediaTypeOf(p), EntityTagOf(p), Path.GetFileName(p) is "dotnet.js" or "zxing.js" or "zxing.wasm" ? "no-cache" : Immutable,
                [.. Codings.Where(c => File.Exists(p + c.Suffix)).Select(c => (c.Coding, p + c.Suffix))]))
            .ToFrozenDictionary(f => Path.GetFileName(f.Path), StringComparer.Ordinal);
        return files.ContainsKey("dotnet.js")
            ? files
            : throw new InvalidOperationException($"No trust module in {folder}. Build src/Mingjian.Web.Trust.");
    }

    private static IResult Serve(ModuleFile file, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = file.CacheControl;
        headers.Vary = HeaderNames.AcceptEncoding;
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        foreach (var (coding, path) in file.Compressed)
        {
            if (accepted.Any(a => a.Quality is not 0 && a.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)))
            {
                headers.ContentEncoding = coding;
                return Results.File(path, file.MediaType, entityTag: new EntityTagHeaderValue($"\"{file.Tag}-{coding}\""));
            }
        }

        return Results.File(file.Path, file.MediaType, entityTag: new EntityTagHeaderValue($"\"{file.Tag}\""));
    }

    private static string MediaTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".wasm" => "application/wasm",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };

    private static string EntityTagOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)).AsSpan(0, 12));
}

/// <param name="Path">Uncompressed.</param>
/// <param name="Tag">From the content.</param>
/// <param name="CacheControl">Every name but <c>dotnet.js</c> and those of the QR reader carries a hash of the content.</param>
/// <param name="Compressed">Coding and path, best first.</param>
internal sealed record ModuleFile(
    string Path, string MediaType, string Tag, string CacheControl, IReadOnlyList<(string Coding, string Path)> Compressed);
