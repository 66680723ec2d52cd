using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Mingjian.Primitives.Tests;

public sealed class Sha256Tests
{
    [Fact]
    public void Every_length_up_to_beyond_the_short_ones_gives_what_the_framework_gives()
    {
        var data = new byte[1100];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(i * 31);
        }

        var digest = new byte[32];
        for (var length = 0; length <= data.Length; length++)
        {
            Sha256.Hash(data.AsSpan(0, length), digest);
            Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), digest);
        }
    }

    [Fact]
    public void A_digest_may_overwrite_its_data()
    {
        var data = new byte[80];
        var expected = SHA256.HashData(data);
        Sha256.Hash(data, data);
        Assert.Equal(expected, data[..32]);
    }

    [Fact]
    public void A_place_too_short_for_the_digest_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Sha256.Hash(new byte[10], new byte[31]));

    [Fact]
    public void OpenSSL_3_is_called_directly_where_it_is() =>
        Assert.Equal(OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libcrypto.so.3", out _), Sha256.IsDirect);
}
