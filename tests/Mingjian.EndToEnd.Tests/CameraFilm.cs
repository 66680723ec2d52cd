using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mingjian.EndToEnd.Tests;

/// <summary>What the browser's camera sees: a film (YUV4MPEG2) of QR codes, one after the other, again and again.</summary>
internal static partial class CameraFilm
{
    private const int Side = 720;
    private const int FramesACode = 8;
    private const byte White = 235;
    private const byte Black = 16;

    /// <summary>Where Chromium looks for the film when a page opens the camera.</summary>
    public static string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mingjian-camera-{Environment.ProcessId}.y4m");

    /// <param name="codes">As a receipt's page draws them (SVG).</param>
    public static void Write(IReadOnlyList<string> codes)
    {
        using var film = new FileStream(Path, FileMode.Create, FileAccess.Write);
        film.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{Side} H{Side} F10:1 Ip A1:1 C420\n"));
        var grey = new byte[Side * Side / 2];
        Array.Fill(grey, (byte)128);
        foreach (var code in codes)
        {
            var light = Draw(code);
            for (var frame = 0; frame < FramesACode; frame++)
            {
                film.Write("FRAME\n"u8);
                film.Write(light);
                film.Write(grey);
            }
        }
    }

    private static byte[] Draw(string svg)
    {
        var modules = Number(ViewBox().Match(svg).Groups[1]);
        var scale = Side / modules;
        var margin = (Side - (scale * modules)) / 2;
        var light = new byte[Side * Side];
        Array.Fill(light, White);
        foreach (Match run in Run().Matches(svg))
        {
            for (var y = 0; y < scale; y++)
            {
                Array.Fill(
                    light, Black, ((margin + (Number(run.Groups[2]) * scale) + y) * Side) + margin + (Number(run.Groups[1]) * scale),
                    Number(run.Groups[3]) * scale);
            }
        }

        return light;
    }

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("viewBox=\"0 0 (\\d+) ", RegexOptions.None, 1000)]
    private static partial Regex ViewBox();

    [GeneratedRegex("M(\\d+) (\\d+)h(\\d+)v1", RegexOptions.None, 1000)]
    private static partial Regex Run();
}
