using System.Text.Json;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>The pages' keys sign two things that the trust module has made or read, and nothing that a server asks for besides.</summary>
[Collection(nameof(Office))]
public sealed class LyingServerTests(Office office)
{
    /// <summary>Each makes the honest challenge into a lie: (payload type, payload text) from the honest payload.</summary>
    private static readonly (string Name, string Type, Func<string, string> Payload)[] Lies =
    [
        ("an act", "application/vnd.mingjian.transaction.v1+json", p => p),
        ("a batch", "application/vnd.mingjian.batch.v1", _ => new string('x', 32)),
        ("a type of its own", "application/vnd.mingjian.sign-in.v2+json", p => p),
        ("an act under the sign-in's type", SignIn, _ => """{"body":{"key":"k-00000000000000000000000000000001","reason":1},"command":"members.RevokeKey","expires":1795430400000,"network":"x.invalid/1","nonce":"n-00000000000000000000000000000001"}"""),
        ("another site", SignIn, p => p.Replace("http://localhost", "http://elsewhere.invalid", StringComparison.Ordinal)),
        ("another ledger", SignIn, p => p.Replace("\"network\":\"", "\"network\":\"other.", StringComparison.Ordinal)),
        ("a member more", SignIn, p => p.Replace("{\"challenge\"", "{\"act\":\"x\",\"challenge\"", StringComparison.Ordinal)),
        ("another time", SignIn, p => System.Text.RegularExpressions.Regex.Replace(p, "\"expires\":\\d+", "\"expires\":4000000000000", default, TimeSpan.FromSeconds(1))),
        ("no JSON", SignIn, _ => "sign this"),
    ];

    private const string SignIn = "application/vnd.mingjian.sign-in.v1+json";

    [Fact]
    public async Task A_lying_server_gets_no_signature_out_of_the_sign_in_page()
    {
        await using var session = await office.OpenAsync("member", Screen.Phone);
        var page = session.Page;
        var answered = 0;
        page.Request += (_, request) => answered += request.Method == "POST" && new Uri(request.Url).AbsolutePath is "/api/v1/session" or "/api/v1/session/passkey" ? 1 : 0;
        foreach (var (name, type, payload) in Lies)
        {
            await page.UnrouteAllAsync();
            await page.RouteAsync("**/api/v1/session/challenge", async route =>
            {
                var honest = JsonElement.Parse(await (await route.FetchAsync()).BodyAsync()).GetProperty("payload").GetBytesFromBase64();
                var lie = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(payload(System.Text.Encoding.UTF8.GetString(honest))));
                await route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(new { payloadType = type, payload = lie }) });
            });
            await page.GotoAsync("sign-in");
            await page.GetByRole(AriaRole.Button, new() { Name = "用本机密钥登录" }).ClickAsync();
            await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("没有签名", new() { Timeout = 60_000 });
            Assert.True(answered == 0, $"The page signed {name}.");
        }

        // The same page with an honest server signs, so the above could have failed.
        await page.UnrouteAllAsync();
        await page.GotoAsync("sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "用本机密钥登录" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/", new() { Timeout = 60_000 });
        Assert.Equal(1, answered);
        session.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_script_of_the_page_gets_no_signature_over_bytes_of_its_own()
    {
        await using var session = await office.OpenAsync("member", Screen.Phone);
        var codes = await session.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const keys = await import('/_content/Mingjian.Web/js/keys.js');
              const trust = await import('/_content/Mingjian.Web/js/trust.js');
              const [own] = await keys.deviceKeys();
              const network = document.querySelector('meta[name="mj-network"]').content;
              const act = (payload) => trust.prepare(payload, network, own.id);
              const prepared = await act('[{"command":"members.RevokeKey","body":{"key":"k-00000000000000000000000000000001","reason":1}}]');
              const key = { scheme: 'es256', id: own.id };
              const attempt = async (what, who = key) => { try { return (await keys.sign(what, who)).sig ? 'signed' : 'nothing'; } catch (e) { return e.code ?? e.name; } };
              const elsewhere = await trust.prepare('[{"command":"members.RevokeKey","body":{"key":"k-00000000000000000000000000000001","reason":1}}]', 'other.invalid/1', own.id);
              return [
                Object.keys(keys).filter((name) => /sign/i.test(name)).sort().join(),
                await attempt({ message: prepared.message, challenge: prepared.challenge }),
                await attempt({ ...prepared }),
                await attempt(Object.create(prepared)),
                await attempt(new TextEncoder().encode('sign this')),
                await attempt('sign this'),
                await attempt(null),
                await attempt({ message: 'AAAA', challenge: 'AAAA' }, { scheme: 'webauthn-es256' }),
                await attempt(elsewhere),
                Object.isFrozen(prepared) ? 'frozen' : 'open',
                await attempt(prepared),
              ];
            }
            """);
        const string Refused = "signing/not-vouched";
        Assert.Equal(["sign", Refused, Refused, Refused, Refused, Refused, Refused, Refused, "signing/network", "frozen", "signed"], codes);
        session.AssertNoConsoleErrors();
    }
}
