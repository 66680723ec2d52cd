using System.Globalization;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Identity;

/// <summary>Counts wrong answers to sign-in challenges by account and by where they come from.</summary>
/// <remarks>
/// A right answer is never refused for wrong ones before it: nobody can guess a signature, so a lock would only help whoever wants to keep
/// somebody out. What is bounded is noise and work: each challenge is good for one answer, wrong ones beyond the limit are told to wait, and
/// <see cref="ClientSource"/> bounds all of them together. Memory: <see cref="Capacity"/> counters; when full, those of past minutes go, then all.
/// </remarks>
internal sealed class SignInAttempts(ServerOptions options, ClientSource sources, TimeProvider clock)
{
    public const int Capacity = 10_000;

    // Base64url of the longest credential id (1,023 bytes).
    private const int MaxAccount = 1_400;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Source, string Account), (DateTimeOffset Began, int Wrong)> _counts = [];

    /// <summary>The refusal (429, <c>session/too-many-wrong</c>) when this account has been tried wrongly too often from there; else null.</summary>
    /// <param name="account">As the request named it; anything else than a short text counts as one account.</param>
    /// <param name="context">Gets the time to wait.</param>
    public IResult? NoteWrong(string? account, HttpContext context)
    {
        if (Count(sources.Of(context).Name, account is { Length: > 0 and < MaxAccount } ? account : string.Empty) is not { } wait)
        {
            return null;
        }

        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status429TooManyRequests, "session/too-many-wrong", "这把密钥连续多次没有通过验证，请稍等一分钟再试。");
    }

    private TimeSpan? Count(string source, string account)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            var (began, wrong) = _counts.GetValueOrDefault((source, account));
            if (now - began >= Window)
            {
                (began, wrong) = (now, 0);
            }

            if (_counts.Count >= Capacity && !_counts.ContainsKey((source, account)))
            {
                foreach (var (key, count) in _counts.ToArray())
                {
                    if (now - count.Began >= Window)
                    {
                        _counts.Remove(key);
                    }
                }

                if (_counts.Count >= Capacity)
                {
                    _counts.Clear();
                }
            }

            _counts[(source, account)] = (began, wrong + 1);
            return wrong + 1 > options.Limits.WrongSignInsPerMinute ? began + Window - now : null;
        }
    }
}
