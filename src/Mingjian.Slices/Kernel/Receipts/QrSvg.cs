using System.Globalization;
using System.Text;
using QRCoder;

namespace Mingjian.Slices.Kernel.Receipts;

/// <summary>A QR code as one SVG path: sharp at any size on paper.</summary>
internal static class QrSvg
{
    /// <param name="text">One part of a receipt; only characters of the alphanumeric mode.</param>
    public static string Draw(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);

        // The matrix carries the four quiet modules on each side that readers need.
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows.Count; x++)
            {
                var start = x;
                while (x < rows.Count && rows[y][x])
                {
                    x++;
                }

                if (x > start)
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start}v1h-{x - start}z");
                }
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {rows.Count} {rows.Count}\" shape-rendering=\"crispEdges\" role=\"img\"><rect width=\"{rows.Count}\" height=\"{rows.Count}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>");
    }
}
