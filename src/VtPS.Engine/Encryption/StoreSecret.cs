using System.Security.Cryptography;

namespace VtPS.Engine.Encryption;

/// <summary>
/// A password or the content of a key file, for as long as a slot is opened or made: outside the moving heap, and cleared when disposed.
/// It has no text form: nothing of it can get into a message or a log.
/// </summary>
internal sealed class StoreSecret : IDisposable
{
    /// <summary>The fewest bytes that a key file may have.</summary>
    public const int MinimumKeyFile = 16;

    /// <summary>The most bytes that a key or password file may have.</summary>
    public const int MaximumFile = 1 << 20;

    private readonly byte[] _bytes;

    private StoreSecret(SecretKind kind, int length)
    {
        Kind = kind;
        _bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    public SecretKind Kind { get; }

    /// <summary>The secret; empty once disposed.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A password from its characters, taken as UTF-8. The caller clears its own copy.</summary>
    /// <exception cref="VtException">InvalidArgument for an empty one.</exception>
    public static StoreSecret FromPassword(ReadOnlySpan<char> password)
    {
        RefuseEmpty(password.Length, null);
        StoreSecret secret = new(SecretKind.Password, System.Text.Encoding.UTF8.GetByteCount(password));
        System.Text.Encoding.UTF8.GetBytes(password, secret._bytes);
        return secret;
    }

    /// <summary>The password in a file: all of it but a UTF-8 byte order mark at its start and one line end at its end.</summary>
    /// <exception cref="VtException">PathNotFound, SourceReadFailed, InvalidArgument for an empty one or one longer than <see cref="MaximumFile"/>.</exception>
    public static StoreSecret FromPasswordFile(string path) => Read(path, "password file", content =>
    {
        ReadOnlySpan<byte> text = content;
        text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        text = text.EndsWith("\r\n"u8) ? text[..^2] : text.EndsWith("\n"u8) ? text[..^1] : text;
        RefuseEmpty(text.Length, path);
        StoreSecret secret = new(SecretKind.Password, text.Length);
        text.CopyTo(secret._bytes);
        return secret;
    });

    /// <summary>The key in a file: every byte of it.</summary>
    /// <exception cref="VtException">PathNotFound, SourceReadFailed, InvalidArgument for one shorter than <see cref="MinimumKeyFile"/> or longer than <see cref="MaximumFile"/>.</exception>
    public static StoreSecret FromKeyFile(string path) => Read(path, "key file", content =>
    {
        if (content.Length < MinimumKeyFile)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The key file '{path}' has {content.Length} bytes; a key needs at least {MinimumKeyFile}. Make one of 32 random bytes, such as: head -c 32 /dev/urandom > FILE", path);
        }

        StoreSecret secret = new(SecretKind.KeyFile, content.Length);
        content.CopyTo(secret._bytes);
        return secret;
    });

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private static StoreSecret Read(string path, string what, Func<ReadOnlySpan<byte>, StoreSecret> take)
    {
        byte[] buffer = GC.AllocateArray<byte>(MaximumFile + 1, pinned: true);
        int read = 0;
        try
        {
            using (FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0))
            {
                for (int n; read < buffer.Length && (n = stream.Read(buffer, read, buffer.Length - read)) > 0;)
                {
                    read += n;
                }
            }

            return read <= MaximumFile
                ? take(buffer.AsSpan(0, read))
                : throw new VtException(VtErrorId.InvalidArgument, $"The {what} '{path}' is longer than {MaximumFile} bytes. Is it the right file?", path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VtException(VtErrorId.PathNotFound, $"There is no {what} '{path}'. Check the path.", path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"The {what} '{path}' cannot be read: {e.Message}", path, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer.AsSpan(0, read));
        }
    }

    private static void RefuseEmpty(int length, string? path)
    {
        if (length == 0)
        {
            throw new VtException(VtErrorId.InvalidArgument, path is null ? "The password is empty. Give one that has at least one character." : $"The password file '{path}' is empty. Write the password into it.", path);
        }
    }
}
