using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt key</c>: lists, adds and removes the passwords and key files that open an encrypted Store, and changes its key.</summary>
internal static class KeyVerb
{
    public static Command Create(CliHost host) => new("key", "Passwords and key files that open an encrypted Store. Not they themselves are shown, but their slots.")
    {
        CreateList(host),
        CreateAdd(host),
        CreateRemove(host),
        CreateChange(host),
    };

    private static Command CreateList(CliHost host)
    {
        Command command = new("list", "List the key slots.");
        RunWithStore(command, host, async (session, _, json) =>
        {
            bool damaged = false;
            List<VtKey> keys = await KeyOperations.ListAsync(
                session,
                e =>
                {
                    damaged = true;
                    host.Errors.Error(e.ErrorId, e.Message);
                },
                host.Token).ConfigureAwait(false);
            Write(keys, json, host.Output);
            return damaged ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static Command CreateAdd(CliHost host)
    {
        Command command = new("add", "Add a password or a key file to those that open the Store.");
        SecretOptions secrets = NewSecrets(command);
        RunWithStore(command, host, async (session, result, json) =>
        {
            Write(await KeyOperations.AddAsync(session, secrets.Read(result)!, KeyWrap.DefaultIterations, host.Token).ConfigureAwait(false), json, host.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRemove(CliHost host)
    {
        Command command = new("remove", "Remove a key slot: its password or key file opens the Store no longer. The last one is never removed.");
        Argument<string> key = new("KEY") { Description = "The slot's id, or a prefix of it; vt key list shows them." };
        command.Add(key);
        RunWithStore(command, host, async (session, result, json) =>
        {
            string id = await KeyOperations.ResolveAsync(session, result.GetRequiredValue(key), host.Token).ConfigureAwait(false);
            VtKey removed = await KeyOperations.RemoveAsync(session, id, host.Token).ConfigureAwait(false)
                ?? throw new VtException(VtErrorId.ItemNotFound, $"Key {id} is gone from '{session.Info.Path}' already.", id);
            Write([removed], json, host.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateChange(CliHost host)
    {
        Command command = new("change", "Change the Store's key: every password and key file but the new ones ends, and opens nothing that is stored from then on. vt prune --rekey rewrites what is there.");
        SecretOptions secrets = NewSecrets(command);
        RunWithStore(command, host, async (session, result, json) =>
        {
            Write(await KeyOperations.UpdateAsync(session, secrets.Read(result)!, KeyWrap.DefaultIterations, host.Token).ConfigureAwait(false), json, host.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static SecretOptions NewSecrets(Command command)
    {
        SecretOptions secrets = new(
            "--new-",
            "A file with a new password that is to open the Store.",
            "A key file whose content is to open the Store: at least 16 bytes, best 32 random ones. Keep copies of it elsewhere.");
        secrets.AddTo(command);
        secrets.RequireOneIn(command);
        return secrets;
    }

    private static void RunWithStore(Command command, CliHost host, Func<StoreSession, ParseResult, bool, Task<int>> action)
    {
        StoreOption store = new();
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        command.Add(json);
        command.SetAction(async (result, _) =>
        {
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                return await action(session, result, result.GetValue(json)).ConfigureAwait(false);
            }
        });
    }

    private static void Write(List<VtKey> keys, bool json, OutputWriter output)
    {
        if (json)
        {
            using RowWriter<VtKey> rows = new(output, VtJsonContext.Default.VtKey, static key => key.KeyId);
            keys.ForEach(rows.Write);
            return;
        }

        TextTable table = new("KEY", "KIND", "STATUS", ">EPOCH", "MADE");
        foreach (VtKey key in keys)
        {
            table.Add(
                key.KeyId,
                key.Kind.ToString(),
                key.Status.ToString(),
                key.Epoch.ToString(CultureInfo.InvariantCulture),
                key.CreationTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        }

        table.WriteTo(output);
    }
}
