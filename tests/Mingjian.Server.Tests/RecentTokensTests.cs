using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;
using Mingjian.Server.Hosting;

namespace Mingjian.Server.Tests;

/// <summary>What a browser sends again and again is opened once, and for no longer than it says.</summary>
public sealed class RecentTokensTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CountingProtection _own = new();
    private readonly IDataProtector _tokens;

    public RecentTokensTests() => _tokens = new RecentTokens(_own, _clock).CreateProtector("cookie");

    [Fact]
    public void The_same_bytes_are_opened_once()
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal([1, 2, 3], _tokens.Unprotect(@sealed));
        }

        Assert.Equal(1, _own.Opened);
    }

    [Fact]
    public void Whoever_changes_what_he_got_changes_it_for_nobody_else()
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        _tokens.Unprotect(@sealed)[0] = 9;
        Assert.Equal([1, 2, 3], _tokens.Unprotect(@sealed));
    }

    [Fact]
    public void Bytes_that_differ_in_one_bit_are_refused_as_ever()
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        _tokens.Unprotect(@sealed);
        for (var i = 0; i < @sealed.Length; i++)
        {
            byte[] forged = [.. @sealed];
            forged[i] ^= 1;
            Assert.Throws<CryptographicException>(() => _tokens.Unprotect(forged));
        }
    }

    [Fact]
    public void What_cannot_be_opened_is_not_remembered()
    {
        Assert.Throws<CryptographicException>(() => _tokens.Unprotect([7]));
        Assert.Throws<CryptographicException>(() => _tokens.Unprotect([7]));
        Assert.Equal(2, _own.Opened);
    }

    [Fact]
    public void One_purpose_opens_nothing_of_another()
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        _tokens.Unprotect(@sealed);
        Assert.Throws<CryptographicException>(() => _tokens.CreateProtector("inner").Unprotect(@sealed));
        Assert.Throws<CryptographicException>(() => new RecentTokens(_own, _clock).CreateProtector("csrf").Unprotect(@sealed));
    }

    // Opened at -1: in the generation that ends at 30 s, and gone with it 30 s later.
    [Theory]
    [InlineData(29, 1)]
    [InlineData(59, 1)]
    [InlineData(60, 2)]
    public void A_revoked_key_opens_what_it_opened_before_for_less_than_a_minute(int seconds, int opened)
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        _tokens.Unprotect(@sealed);
        if (seconds > 30)
        {
            // Somebody else's request in between: generations only change with use.
            _clock.Advance(TimeSpan.FromSeconds(30));
            _tokens.Unprotect(_tokens.Protect([4]));
            _own.Opened--;
            _clock.Advance(TimeSpan.FromSeconds(seconds - 30));
        }
        else
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        _tokens.Unprotect(@sealed);
        Assert.Equal(opened, _own.Opened);
    }

    [Fact]
    public void After_a_long_pause_nothing_is_remembered()
    {
        var @sealed = _tokens.Protect([1, 2, 3]);
        _tokens.Unprotect(@sealed);
        _clock.Advance(TimeSpan.FromHours(1));
        _own.IsRevoked = true;
        Assert.Throws<CryptographicException>(() => _tokens.Unprotect(@sealed));
    }

    [Fact]
    public void A_flood_of_tokens_takes_bounded_memory()
    {
        var first = _tokens.Protect([0]);
        _tokens.Unprotect(first);
        for (var i = 1; i <= RecentTokens.Most * 2; i++)
        {
            _tokens.Unprotect(_tokens.Protect(BitConverter.GetBytes(i)));
        }

        var before = _own.Opened;
        _tokens.Unprotect(first);
        Assert.Equal(before + 1, _own.Opened);
    }

    [Fact]
    public void What_is_long_is_opened_each_time()
    {
        var @sealed = _tokens.Protect(new byte[RecentTokens.Longest]);
        _tokens.Unprotect(@sealed);
        _tokens.Unprotect(@sealed);
        Assert.Equal(2, _own.Opened);
    }

    /// <summary>The framework's own protection with a key in memory, counted.</summary>
    private sealed class CountingProtection : IDataProtectionProvider
    {
        private readonly EphemeralDataProtectionProvider _framework = new();

        public int Opened { get; set; }

        public bool IsRevoked { get; set; }

        public IDataProtector CreateProtector(string purpose) => new Counting(this, _framework.CreateProtector(purpose));

        private sealed class Counting(CountingProtection owner, IDataProtector inner) : IDataProtector
        {
            public IDataProtector CreateProtector(string purpose) => new Counting(owner, inner.CreateProtector(purpose));

            public byte[] Protect(byte[] plaintext) => inner.Protect(plaintext);

            public byte[] Unprotect(byte[] protectedData)
            {
                owner.Opened++;
                return owner.IsRevoked ? throw new CryptographicException("revoked") : inner.Unprotect(protectedData);
            }
        }
    }
}
