namespace Mingjian.Server.Monitoring;

/// <summary>Room on the disk that holds the data; bytes.</summary>
/// <param name="Free">For this program's user.</param>
internal readonly record struct DiskSpace(long Free, long Size)
{
    /// <summary>With less than this, or a tenth of a disk that is smaller than ten times this, somebody must make room.</summary>
    public const long Least = 2L << 30;

    /// <summary>So little that the ledger may stop any moment.</summary>
    public const long Urgent = 256L << 20;

    public bool IsShort => Free < Math.Min(Least, Size / 10);

    public static DiskSpace Of(string directory)
    {
        var disk = new DriveInfo(directory);
        return new DiskSpace(disk.AvailableFreeSpace, disk.TotalSize);
    }
}
