namespace Mingjian.Slices.Kernel.Http;

/// <summary>Names of the limits that endpoints are held to; the host sets them up.</summary>
internal static class RateLimits
{
    /// <summary>Rate limit of everything that leads to a session.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Rate limit of the API.</summary>
    public const string Api = "api";

    /// <summary>Limit of a node's channel for web processes: requests at once; whoever lacks the token is counted like a sign-in.</summary>
    public const string Channel = "web";

    /// <summary>Limit of the log: none for hash tiles and for whoever may read entries; everybody else's tries at entries are counted like sign-ins.</summary>
    public const string Log = "log";
}
