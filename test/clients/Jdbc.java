/*
 * What a program does with synclog through JDBC: 005_clients.pl runs this and
 * knows the answers.  Usage: Jdbc SOCKET EVENTS PROPERTY=VALUE...
 */

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import java.util.StringJoiner;
import javax.net.SocketFactory;

public class Jdbc
{
	static final String ABSENT = "/reconId eq \"r-1\" and /situation eq \"ABSENT\"";

	static Connection db;

	/* An event to store. */
	static String event(String id)
	{
		return "{\"_id\": \"" + id + "\", \"timestamp\": \"2026-11-21T10:00:06.000Z\"}";
	}

	/* Prints what a step gave. */
	static void show(String step, Object... values)
	{
		StringJoiner line = new StringJoiner(" ");

		for (Object value : values)
			line.add(String.valueOf(value));
		System.out.println(step + " = " + line);
	}

	/* Binds parameters, each by setObject(), which knows their Java types. */
	static PreparedStatement bind(PreparedStatement statement, Object... parameters)
		throws SQLException
	{
		for (int i = 0; i < parameters.length; i++)
			statement.setObject(i + 1, parameters[i]);
		return statement;
	}

	/* All columns of all rows of a prepared query's answer, in one line. */
	static String run(PreparedStatement statement, Object... parameters)
		throws SQLException
	{
		StringJoiner line = new StringJoiner(" ");

		try (ResultSet rows = bind(statement, parameters).executeQuery())
		{
			ResultSetMetaData columns = rows.getMetaData();

			while (rows.next())
			{
				for (int i = 1; i <= columns.getColumnCount(); i++)
					line.add(columns.getColumnTypeName(i).equals("bool")
							? String.valueOf(rows.getBoolean(i))
							: String.valueOf(rows.getObject(i)));
			}
		}
		return line.toString();
	}

	/* The same of a query that is asked once. */
	static String ask(String query, Object... parameters) throws SQLException
	{
		try (PreparedStatement statement = db.prepareStatement(query))
		{
			return run(statement, parameters);
		}
	}

	public static void main(String[] args) throws Exception
	{
		Properties properties = new Properties();

		properties.setProperty("user", "postgres");
		properties.setProperty("socketFactory", UnixSockets.class.getName());
		properties.setProperty("socketFactoryArg", args[0]);
		for (String arg : Arrays.asList(args).subList(2, args.length))
			properties.setProperty(arg.split("=")[0], arg.split("=")[1]);
		db = DriverManager.getConnection("jdbc:postgresql://localhost/postgres", properties);

		/* storing */
		show("load", ask("SELECT * FROM synclog.load('recon', ?)", args[1]));
		show("load, a composite", ask("SELECT synclog.load('recon', ?)", args[1]));
		show("store", ask("SELECT synclog.store(?, ?)",
			"recon", event("e-6")));
		show("store, typed as JSON", ask("SELECT synclog.store(?, ?::jsonb)",
			"recon", event("e-7")));
		try (PreparedStatement insert = bind(
				db.prepareStatement("INSERT INTO audit.recon_json VALUES (?)"),
				event("e-8")))
		{
			show("insert", insert.executeUpdate());
		}

		/* reading */
		show("read", ask("SELECT synclog.read(?, ?)", "recon", "e-2"));
		show("query", ask("SELECT synclog.query('recon', ?) ->> '_id'", ABSENT));
		show("query, all arguments", ask(
			"SELECT synclog.query(?, ?, fields => ?, sort_keys => ?, page_size => ?, page_offset => ?)",
			"recon", "/_id pr", "/timestamp", "-timestamp,_id", 2, 1));
		show("recon_entries", ask(
			"SELECT section FROM synclog.recon_entries(?, ?)", "r-1", "ABSENT"));
		show("filter", ask("SELECT ?::synclog.queryfilter", ABSENT));
		try (PreparedStatement count = db.prepareStatement(
				"SELECT count(*) FROM audit.recon WHERE synclog.matches(recon, ?)"))
		{
			StringJoiner counts = new StringJoiner(" ");

			/* from the fifth on prepared in the server */
			for (int i = 0; i < 12; i++)
				counts.add(run(count, ABSENT));
			show("matches", counts);
		}
		show("matches, an event",
			ask("SELECT synclog.matches(?, ?)", "{\"a\": [1, 2]}", "/a eq 2"));

		/* streaming: fetches in pieces need a transaction */
		db.setAutoCommit(false);
		try (PreparedStatement query = db.prepareStatement(
				"SELECT synclog.query('recon', ?) ->> '_id'"))
		{
			query.setFetchSize(2);
			show("stream", run(query, "/_id sw 'e'"));
		}
		db.commit();
		db.setAutoCommit(true);

		/* pages, each with the cookie of the one before */
		try (PreparedStatement query = db.prepareStatement(
				"SELECT page ->> 'pagedResultsCookie', event ->> '_id'"
				+ " FROM synclog.query_page('recon', ?, page_size => ?, cookie => ?) AS page,"
				+ " json_array_elements(page -> 'result') AS event"))
		{
			StringJoiner ids = new StringJoiner(" ");
			String cookie = null;

			do
			{
				try (ResultSet rows = bind(query, "/_id pr", 3, cookie).executeQuery())
				{
					while (rows.next())
					{
						cookie = rows.getString(1);
						ids.add(rows.getString(2));
					}
				}
				ids.add("|");
			} while (cookie != null);
			show("pages", ids);
		}

		/* requests as their documents write them */
		String url = "/openidm/audit/recon?_fields=situation&_queryFilter="
			+ URLEncoder.encode(ABSENT, StandardCharsets.UTF_8);

		show("get", ask("SELECT status, content_type FROM synclog.get(?)", url));
		show("get, the body", ask("SELECT body FROM synclog.get(?)", url));
		show("get, a mistake", ask("SELECT status FROM synclog.get(?)",
			"/audit/recon?_queryFilter=/situation+eq"));

		/* an error, and the connection afterwards */
		try
		{
			ask("SELECT synclog.query('recon', ?)", "/situation eq");
		}
		catch (SQLException error)
		{
			show("error", error.getSQLState(), error.getMessage().split("\n")[0].substring("ERROR: ".length()));
		}
		show("afterwards", ask("SELECT count(*) FROM synclog.query('recon', ?)", ABSENT));
		db.close();
	}

	/* What the driver makes its socket by, where no port is to be open. */
	public static class UnixSockets extends SocketFactory
	{
		private final String path;

		public UnixSockets(String path)
		{
			this.path = path;
		}

		@Override
		public Socket createSocket() throws IOException
		{
			return new UnixSocket(SocketChannel.open(UnixDomainSocketAddress.of(path)));
		}

		@Override
		public Socket createSocket(String host, int port) throws IOException
		{
			return createSocket();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort)
			throws IOException
		{
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) throws IOException
		{
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
			throws IOException
		{
			return createSocket();
		}
	}

	/* A socket on a channel, since Java gives Unix sockets as channels only. */
	static class UnixSocket extends Socket
	{
		private final SocketChannel channel;

		UnixSocket(SocketChannel channel)
		{
			this.channel = channel;
		}

		@Override
		public void connect(SocketAddress address, int timeout)
		{
		}

		@Override
		public boolean isConnected()
		{
			return true;
		}

		@Override
		public InputStream getInputStream()
		{
			return Channels.newInputStream(channel);
		}

		@Override
		public OutputStream getOutputStream()
		{
			return Channels.newOutputStream(channel);
		}

		@Override
		public synchronized void close() throws IOException
		{
			channel.close();
			super.close();
		}
	}
}
