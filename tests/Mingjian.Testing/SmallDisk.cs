using System.Diagnostics;
using System.Globalization;

namespace Mingjian.Testing;

/// <summary>A file system of its own (tmpfs) that can be filled to the last byte. Mounting needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _directory;

    private SmallDisk(string directory) => _directory = directory;

    private string Ballast => Path.Combine(_directory, "ballast");

    /// <param name="directory">Made if it is not there; hidden by the disk until it is disposed of.</param>
    /// <returns>Null where that is not allowed.</returns>
    public static SmallDisk? TryMount(string directory, int megabytes) =>
        Run("mount", "-t", "tmpfs", "-o", Size(megabytes) + ",mode=700", "mingjian", Directory.CreateDirectory(directory).FullName) ? new SmallDisk(directory) : null;

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var step = 1 << 20; step > 0;)
        {
            try
            {
                ballast.Write(new byte[step]);
            }
            catch (IOException)
            {
                step /= 2;
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Empty() => File.Delete(Ballast);

    /// <summary>Makes the disk larger.</summary>
    public void Grow(int megabytes)
    {
        if (!Run("mount", "-o", "remount," + Size(megabytes), _directory))
        {
            throw new InvalidOperationException("The disk did not grow.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "--lazy", _directory);

    private static string Size(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
