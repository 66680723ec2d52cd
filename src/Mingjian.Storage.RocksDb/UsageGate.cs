namespace Mingjian.Storage.RocksDb;

/// <summary>Keeps native handles alive while calls use them, and lets closing wait for the last call.</summary>
internal sealed class UsageGate
{
    private const int Closed = int.MinValue / 2;
    private int _users;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Lease Enter()
    {
        if (Interlocked.Increment(ref _users) <= 0)
        {
            Interlocked.Decrement(ref _users);
            throw new ObjectDisposedException(nameof(RocksDbBlockStore));
        }

        return new Lease(this);
    }

    /// <summary>True for the first caller, after every lease has been returned; false when already closed.</summary>
    public bool Close()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _users);
            if (seen < 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _users, seen + Closed, seen) != seen);

        var wait = default(SpinWait);
        while (Volatile.Read(ref _users) != Closed)
        {
            wait.SpinOnce();
        }

        return true;
    }

    internal readonly ref struct Lease(UsageGate gate)
    {
        public void Dispose() => Interlocked.Decrement(ref gate._users);
    }
}
