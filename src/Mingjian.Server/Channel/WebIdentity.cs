using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using Mingjian.Acts.Networks;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Nodes;
using Mingjian.Server.Operations;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Channel;

/// <summary>What a web process is judged by and belongs to. It has no key of a node.</summary>
/// <param name="Founders">The nodes that make block 1 final.</param>
/// <param name="Node">The node's address, with a final slash.</param>
/// <param name="Authorities">Null = whom this machine trusts.</param>
internal sealed record WebIdentity(NetworkId Network, NodeSet Founders, Uri Node, BearerToken Token, X509Certificate2Collection? Authorities)
{
    /// <exception cref="OptionsValidationException">Files or settings that an operator has to mend.</exception>
    public static WebIdentity Load(ServerOptions options, SqlSettings sql)
    {
        if (options.Web is not { } web)
        {
            throw Refuse("Mingjian:Role=Web needs the section Mingjian:Web: Node, Network and TokenFile.");
        }

        if (options.Node is not null)
        {
            throw Refuse("A web process (Mingjian:Role=Web) is no node: the section Mingjian:Node belongs to the node's own process.");
        }

        if (sql.Provider != SqlProvider.PostgreSql)
        {
            throw Refuse("Mingjian:Role=Web needs Sql:Provider=postgresql, which all web processes of the organisation share.");
        }

        if (web.Node is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" }
            || (web.Node.Scheme != "https" && !web.Node.IsLoopback))
        {
            throw Refuse("Mingjian:Web:Node must be https://host[:port]/, or http on this machine's loopback: the token goes there.");
        }

        if (BearerToken.TryLoad(web.TokenFile) is not { } token)
        {
            throw Refuse($"Mingjian:Web:TokenFile: {web.TokenFile} is not a copy of the node's file {ChannelToken.FileName}.");
        }

        try
        {
            var file = NodeIdentity.ReadFounding(web.Network, "Mingjian:Web:Network", options.Start, out var bytes);
            NodeIdentity.Bind(options, file.Network, bytes);
            return new WebIdentity(
                file.Network, file.ToNodeSet(), new Uri(web.Node.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), token,
                web.Authority is { } authority ? ReadAuthorities(authority) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NetworkFileException or InvalidDataException or CryptographicException)
        {
            throw Refuse($"Mingjian:Web: {e.Message}");
        }
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(File.ReadAllText(file, Encoding.ASCII));
        return found.Count > 0 ? found : throw new InvalidDataException($"{file} holds no certificate.");
    }

    private static OptionsValidationException Refuse(string message) => new(ServerOptions.Section, typeof(WebOptions), [message]);
}
