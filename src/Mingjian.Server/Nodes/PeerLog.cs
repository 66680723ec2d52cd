using Mingjian.Engine;

namespace Mingjian.Server.Nodes;

/// <summary>Writes why catching up failed into the log file, the only place where machines have names; once as long as it is the same.</summary>
internal sealed partial class PeerLog(ILogger<PeerLog> logger)
{
    private string? _said;

    public void Write(Exception fault)
    {
        // What a web process's node does, its channel has told already.
        var message = $"{fault.Message} {(fault.InnerException is null ? null : fault.GetBaseException().Message)}".TrimEnd();
        if (fault is not NodeUnreachableException && Interlocked.Exchange(ref _said, message) != message)
        {
            LogFailed(message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Taking over the log of another machine failed: {Fault}")]
    private partial void LogFailed(string fault);
}
