namespace Mingjian.Workbooks;

/// <summary>Counts the unpacked bytes of one part and stops at its bounds, whatever the package declares.</summary>
internal sealed class BoundedStream(Stream inner, long maxBytes, long packedBytes, WorkbookLimits limits) : Stream
{
    private long _seen;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _seen; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = inner.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw WorkbookException.Damaged(e);
        }

        _seen += read;
        if (_seen > maxBytes || (_seen > limits.RatioFreeBytes && _seen / Math.Max(1, packedBytes) > limits.MaxRatio))
        {
            throw PackageCheck.ExpandsTooMuch();
        }

        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
